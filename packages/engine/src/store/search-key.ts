import { createHash } from "node:crypto";
import { limits } from "../base/limits.ts";
import { readField } from "../values/field-path.ts";
import { encodeIndexKey } from "../values/index-key.ts";
import type { JSONObject } from "../values/json.ts";
import { splitTerms } from "./search-terms.ts";

/**
 * Keys of a search index: one for each term of a document's text.
 *
 *   term · 8 bytes for each filter field · _creationTime · _id · occurrences (1 byte) · length (3)
 *
 * So the documents with a term are one range of keys, those with a term and given filter values
 * are one too, and a key alone tells what ranking needs to know. Of a filter value there are only
 * 8 bytes of its digest: enough to find by, while the document itself decides.
 */

/** Indexes whose keys were made in another way are built anew at start. */
export const SEARCH_KEY_VERSION = 1;

const DIGEST_BYTES = 8;
const CREATION_TIME_BYTES = 9;
const OCCURRENCES_MAX = 0xff;
const LENGTH_MAX = 0xff_ffff;

/** What a key says. `term` and `creationTime` are encoded, and order as bytes. */
export interface Posting {
  term: string;
  filters: string;
  creationTime: string;
  id: string;
  occurrences: number;
  /** Terms in the whole text. */
  length: number;
}

/**
 * The keys of a document; none when the search field is not a string.
 *
 * @param keyFields The search field, then the filter fields.
 */
export function searchKeysOf(keyFields: readonly string[], document: JSONObject): string[] {
  const [searchField, ...filterFields] = keyFields;
  const text = readField(document, searchField!);
  if (typeof text !== "string") return [];
  const terms = splitTerms(text);
  const counts = new Map<string, number>();
  for (const term of terms) {
    const count = counts.get(term) ?? 0;
    if (count === 0 && counts.size >= limits.searchTermsPerDocumentMax) continue;
    counts.set(term, count + 1);
  }
  const filters = filterFields
    .map((field) => filterDigest(encodeIndexKey([readField(document, field)])))
    .join("");
  const place = encodeIndexKey([document._creationTime, document._id]);
  const length = Math.min(terms.length, LENGTH_MAX);
  return Array.from(counts, ([term, count]) => {
    const occurrences = Math.min(count, OCCURRENCES_MAX);
    const weight = String.fromCharCode(
      occurrences,
      length >>> 16,
      (length >>> 8) & 0xff,
      length & 0xff,
    );
    return encodeTerm(term) + filters + place + weight;
  });
}

/** The beginning of every key of a term, and of no other term's. */
export function encodeTerm(term: string): string {
  return encodeIndexKey([term]);
}

/** The beginning of the keys of all terms that begin with `prefix`. */
export function encodeTermPrefix(prefix: string): string {
  return encodeIndexKey([prefix]).slice(0, -1);
}

/** What a filter value is found by: equal values, given as their index keys, have equal digests. */
export function filterDigest(valueKey: string): string {
  const digest = createHash("sha256").update(valueKey, "latin1").digest();
  return digest.subarray(0, DIGEST_BYTES).toString("latin1");
}

export function readPosting(key: string, filterCount: number): Posting {
  const termEnd = key.indexOf("\0") + 1;
  const filtersEnd = termEnd + filterCount * DIGEST_BYTES;
  const idStart = filtersEnd + CREATION_TIME_BYTES;
  const idEnd = key.length - 4;
  return {
    term: key.slice(0, termEnd),
    filters: key.slice(termEnd, filtersEnd),
    creationTime: key.slice(filtersEnd, idStart),
    // Between the tag and the end of a string; ids are plain letters and digits.
    id: key.slice(idStart + 1, idEnd - 1),
    occurrences: key.charCodeAt(idEnd),
    length:
      (key.charCodeAt(idEnd + 1) << 16) |
      (key.charCodeAt(idEnd + 2) << 8) |
      key.charCodeAt(idEnd + 3),
  };
}

/** Whether a key's filters are the wanted ones; null stands for "any". */
export function matchesFilters(filters: string, wanted: ReadonlyArray<string | null>): boolean {
  return wanted.every(
    (digest, place) => digest === null || filters.startsWith(digest, place * DIGEST_BYTES),
  );
}
