import { limits } from "../base/limits.ts";
import type { VectorIndexDefinition } from "../schema/schema-definition.ts";
import { Transaction } from "../store/transaction.ts";
import { readField } from "../values/field-path.ts";
import { isJSONObject, type JSONObject, type JSONValue } from "../values/json.ts";
import { readScalar } from "../values/scalar.ts";
import type { Component } from "./components.ts";
import { compileFilter } from "./filter-expression.ts";
import { FunctionCallError } from "./function-error.ts";
import type { RuntimeServices } from "./services.ts";

/** Source: convex 1.48 `server/impl/vector_search_impl.ts`. */
interface SerializedVectorQuery {
  indexName: string;
  limit?: number;
  vector: number[];
  expressions: JSONValue;
}

interface Found {
  _id: string;
  _score: number;
}

/**
 * `ctx.vectorSearch`: the documents whose vectors point most nearly the same way (cosine), best
 * first.
 *
 * It looks at every document of the table, a slice of them in each turn of the event loop, so that a
 * large table makes this search slow and nobody else. All of it sees one snapshot.
 *
 * @returns The encoded result of the system call.
 * @throws FunctionCallError for what does not fit the index.
 */
export async function vectorSearch(
  services: RuntimeServices,
  component: Component,
  query: JSONValue | undefined,
): Promise<string> {
  const plan = planVectorSearch(component, query as unknown as SerializedVectorQuery);
  const { environment, store } = services;
  const ts = store.durableTs;
  const unpin = store.pin(ts);
  try {
    const transaction = new Transaction(store, ts);
    const best = new BestFew(plan.limit);
    const { byCreationTime } = component.tables.ensureTable(plan.tableName);
    for (let start = ""; ; ) {
      const size = limits.vectorsPerSlice;
      const entries = transaction.scan(byCreationTime, start, null, "asc", size);
      for (const { document } of entries) {
        const score = plan.scoreOf(document.value);
        if (score !== null) best.add({ _id: document.id, _score: score });
      }
      const last = entries.at(-1);
      if (!last || entries.length < size) break;
      start = `${last.key}\0`;
      await new Promise<void>((resolve) => environment.defer(resolve));
    }
    return JSON.stringify({ results: best.ranked() });
  } finally {
    unpin();
  }
}

interface VectorPlan {
  tableName: string;
  limit: number;
  /** How alike the document's vector is, from -1 to 1; null when it is not to be found. */
  scoreOf: (document: JSONObject) => number | null;
}

function planVectorSearch(component: Component, query: SerializedVectorQuery): VectorPlan {
  const { indexName, vector, limit = limits.vectorResultsDefault, expressions } = query;
  const separator = indexName.indexOf(".");
  const tableName = indexName.slice(0, separator);
  const name = indexName.slice(separator + 1);
  const table = component.schema.tables.get(tableName);
  const index = table?.vectorIndexes.find((one) => one.name === name);
  if (!index || index.staged) throw new FunctionCallError(`Index ${indexName} not found.`);
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > limits.vectorResultsMax) {
    throw new FunctionCallError(
      `Vector queries require a limit between 1 and ${limits.vectorResultsMax}, but got ${limit}.`,
    );
  }
  const wanted = readVector(vector as JSONValue, index);
  if (!wanted) {
    throw new FunctionCallError(
      `The vector has ${vector.length} dimensions, but index ${indexName} expects ${index.dimensions} numbers.`,
    );
  }
  const wantedLength = lengthOf(wanted);
  const accepts = expressions === null ? () => true : compileVectorFilter(expressions, index);
  return {
    tableName,
    limit,
    scoreOf(document) {
      const found = readVector(readField(document, index.vectorField), index);
      if (!found || !accepts(document)) return null;
      const length = wantedLength * lengthOf(found);
      const score = length === 0 ? 0 : dotProduct(wanted, found) / length;
      return Number.isNaN(score) ? null : score;
    },
  };
}

/** `eq` on the index's filter fields and `or` of these; nothing else is a filter of a vector search. */
function compileVectorFilter(
  expression: JSONValue,
  index: VectorIndexDefinition,
): (document: JSONObject) => boolean {
  checkFilter(expression, index);
  return compileFilter(expression);
}

function checkFilter(expression: JSONValue, index: VectorIndexDefinition): void {
  const alternatives = isJSONObject(expression) ? expression.$or : undefined;
  if (Array.isArray(alternatives)) {
    for (const alternative of alternatives) checkFilter(alternative, index);
    return;
  }
  const operands = isJSONObject(expression) ? expression.$eq : undefined;
  const left = Array.isArray(operands) ? operands[0] : undefined;
  const field = isJSONObject(left) ? left.$field : undefined;
  if (typeof field !== "string") {
    throw new FunctionCallError("A vector search filters by `q.eq` and `q.or` only.");
  }
  if (!index.filterFields.includes(field)) {
    throw new FunctionCallError(
      `The field ${JSON.stringify(field)} is not in \`filterFields\` of the vector index ${JSON.stringify(index.name)}.`,
    );
  }
}

/** A document's vector; null for what is none of the index's: such documents are not found. */
function readVector(
  value: JSONValue | undefined,
  { dimensions }: VectorIndexDefinition,
): number[] | null {
  if (!Array.isArray(value) || value.length !== dimensions) return null;
  const numbers: number[] = [];
  for (const element of value) {
    const number = numberOf(element);
    if (number === null) return null;
    numbers.push(number);
  }
  return numbers;
}

/** Only what JSON has no word for (-0, infinities, NaN) is written as an object. */
function numberOf(element: JSONValue): number | null {
  if (typeof element === "number") return element;
  const scalar = isJSONObject(element) ? readScalar(element) : null;
  return scalar?.type === "float64" ? scalar.value : null;
}

function dotProduct(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let place = 0; place < a.length; place++) sum += a[place]! * b[place]!;
  return sum;
}

function lengthOf(vector: readonly number[]): number {
  return Math.sqrt(dotProduct(vector, vector));
}

/** Keeps the best of all that are shown to it. Equals stay in the order in which they came. */
class BestFew {
  readonly #limit: number;
  #kept: Found[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(found: Found): void {
    this.#kept.push(found);
    // Sorting now and then is cheaper than keeping order at each step.
    if (this.#kept.length >= 8 * this.#limit + 64) this.#kept = this.ranked();
  }

  ranked(): Found[] {
    return this.#kept.sort((a, b) => b._score - a._score).slice(0, this.#limit);
  }
}
