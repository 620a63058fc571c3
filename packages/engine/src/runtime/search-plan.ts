import { limits } from "../base/limits.ts";
import type { Index } from "../store/catalog.ts";
import { filterDigest } from "../store/search-key.ts";
import type { SearchRequest } from "../store/search-scan.ts";
import { splitTerms } from "../store/search-terms.ts";
import { readField } from "../values/field-path.ts";
import { encodeIndexKey } from "../values/index-key.ts";
import type { JSONValue } from "../values/json.ts";
import { FunctionCallError } from "./function-error.ts";

/** Source: convex 1.48 `server/impl/search_filter_builder_impl.ts`. */
export type SerializedSearchFilter =
  | { type: "Search"; fieldPath: string; value: string }
  | { type: "Eq"; fieldPath: string; value: JSONValue };

/**
 * Turns the filters of `withSearchIndex` into what is to be looked for.
 *
 * @throws FunctionCallError in Convex's words when they do not fit the index.
 */
export function planSearch(
  index: Index,
  serialized: readonly SerializedSearchFilter[],
): SearchRequest {
  const about = `Search query against ${index.table.name}.${index.name}`;
  const [searchField, ...filterFields] = index.keyFields;
  let text: string | null = null;
  let filterCount = 0;
  const wanted = new Map<string, string[]>();
  for (const filter of serialized) {
    const { fieldPath, value } = filter;
    const field = JSON.stringify(fieldPath);
    switch (filter.type) {
      case "Search":
        if (fieldPath !== searchField) {
          throw new FunctionCallError(
            `${about} contains a search filter against ${field}, which doesn't match the indexed \`searchField\` ${JSON.stringify(searchField)}.`,
          );
        }
        if (text !== null) {
          throw new FunctionCallError(
            `${about} contains multiple search filters against ${field}. Only one is allowed.`,
          );
        }
        if (typeof value !== "string") {
          throw new FunctionCallError(`${about} searches for what is not a string.`);
        }
        text = value;
        break;
      case "Eq":
        if (!filterFields.includes(fieldPath)) {
          throw new FunctionCallError(
            `${about} contains an equality filter on ${field} but that field isn't indexed for filtering in \`filterFields\`.`,
          );
        }
        filterCount++;
        wanted.set(fieldPath, [...(wanted.get(fieldPath) ?? []), encodeIndexKey([value])]);
        break;
      default:
        throw new FunctionCallError(`${about} contains a filter of an unknown kind.`);
    }
  }
  if (text === null) {
    throw new FunctionCallError(
      `${about} does not contain any search filters. You must include a search filter like \`q.search("${searchField}", searchText)\`.`,
    );
  }
  if (filterCount > limits.searchFiltersMax) {
    throw new FunctionCallError(
      `${about} has too many filter conditions. Max: ${limits.searchFiltersMax} Actual: ${filterCount}`,
    );
  }
  return {
    index,
    terms: termsOf(text),
    filters: filterFields.map((field) => {
      const key = wanted.get(field)?.[0];
      return key === undefined ? null : filterDigest(key);
    }),
    accepts: ({ value }) =>
      [...wanted].every(([field, keys]) => {
        const key = encodeIndexKey([readField(value, field)]);
        return keys.every((one) => one === key);
      }),
  };
}

/** The different terms in order; the last one written stays last, because it is a prefix too. */
function termsOf(text: string): string[] {
  const terms = splitTerms(text).slice(0, limits.searchTermsMax);
  const last = terms.pop();
  if (last === undefined) return [];
  return [...new Set(terms)].filter((term) => term !== last).concat(last);
}
