import { limits } from "../base/limits.ts";
import type { Index, Table } from "../store/catalog.ts";
import type { Order } from "../store/merge-range.ts";
import type { ScanRange } from "../store/range-scan.ts";
import type { SearchRequest } from "../store/search-scan.ts";
import type { StoredDocument } from "../store/stored-document.ts";
import { isVisibleSystemTable } from "../store/system-tables.ts";
import type { TableSpace } from "../store/table-space.ts";
import { encodeIndexKey, keySuccessor } from "../values/index-key.ts";
import type { JSONObject, JSONValue } from "../values/json.ts";
import { compileFilter } from "./filter-expression.ts";
import { FunctionCallError } from "./function-error.ts";
import { planSearch, type SerializedSearchFilter } from "./search-plan.ts";

/** A query as the stock query builder serialises it. Source: convex 1.48 `server/impl/query_impl.ts`. */
export interface SerializedQuery {
  source:
    | { type: "FullTableScan"; tableName: string; order: Order | null }
    | { type: "IndexRange"; indexName: string; range: RangeBound[]; order: Order | null }
    | { type: "Search"; indexName: string; filters: SerializedSearchFilter[] };
  operators: Array<{ filter: JSONValue } | { limit: number }>;
}

interface RangeBound {
  type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte";
  fieldPath: string;
  value: JSONValue;
}

export type PlanOperator =
  | { kind: "filter"; accepts: (document: JSONObject) => boolean }
  | { kind: "limit"; count: number };

/** Where a query's documents come from, and in which order. */
export type PlanSource =
  | { kind: "range"; range: ScanRange }
  | { kind: "search"; request: SearchRequest };

export interface QueryPlan {
  source: PlanSource;
  operators: PlanOperator[];
  /** Tells whether a cursor belongs to this very query. */
  fingerprint: string;
}

/**
 * Turns a serialised query into one index range or search and a row of operators.
 *
 * @throws FunctionCallError for an unknown index or bounds or filters that do not fit it.
 */
export function planQuery(query: SerializedQuery, tables: TableSpace): QueryPlan {
  if (query.operators.length > limits.queryOperatorsMax) {
    throw new FunctionCallError(
      `Can't construct query with more than ${limits.queryOperatorsMax} operators`,
    );
  }
  const { index, source } = planSource(query.source, tables);
  return {
    source,
    operators: query.operators.map(planOperator),
    // Only pages need it.
    get fingerprint() {
      return fingerprintOf(query, index);
    },
  };
}

/** Whether a document passes all filters of a query without limits. */
export function passesFilters(plan: QueryPlan, document: StoredDocument): boolean {
  return plan.operators.every(
    (operator) => operator.kind !== "filter" || operator.accepts(document.value),
  );
}

function planSource(
  source: SerializedQuery["source"],
  tables: TableSpace,
): { index: Index; source: PlanSource } {
  switch (source.type) {
    case "FullTableScan":
      return planRange(findTable(source.tableName, tables).byCreationTime, [], source.order);
    case "IndexRange":
      return planRange(findIndex(source.indexName, "database", tables), source.range, source.order);
    case "Search": {
      const index = findIndex(source.indexName, "search", tables);
      return { index, source: { kind: "search", request: planSearch(index, source.filters) } };
    }
    default:
      return source satisfies never;
  }
}

function planRange(
  index: Index,
  bounds: readonly RangeBound[],
  order: Order | null,
): { index: Index; source: PlanSource } {
  const range = { index, ...keyRange(index, bounds), order: order ?? "asc" };
  return { index, source: { kind: "range", range } };
}

function planOperator(operator: SerializedQuery["operators"][number]): PlanOperator {
  if ("limit" in operator) return { kind: "limit", count: operator.limit };
  return { kind: "filter", accepts: compileFilter(operator.filter) };
}

/** A table of the user's, which need not exist yet, or a system table that may be read. */
function findTable(name: string, tables: TableSpace): Table {
  if (name.startsWith("_") && !isVisibleSystemTable(name)) {
    throw new FunctionCallError(`There is no system table ${name.slice(0, 64)}.`);
  }
  return tables.ensureTable(name);
}

function findIndex(name: string, kind: Index["kind"], tables: TableSpace): Index {
  const dot = name.indexOf(".");
  const tableName = name.slice(0, dot);
  const index = findTable(tableName, tables).indexes.get(name.slice(dot + 1));
  if (!index) throw new FunctionCallError(`Index ${name} not found.`);
  if (index.kind !== kind) {
    throw new FunctionCallError(`Index ${name} is not a ${kind} index`);
  }
  if (!index.queryable) {
    throw new FunctionCallError(`Index ${name} is staged and cannot be queried yet.`);
  }
  return index;
}

/**
 * The half-open key range that bounds mean: equalities on a prefix of the fields, in any order,
 * then at most one lower and one upper bound on the next field.
 */
function keyRange(
  index: Index,
  bounds: readonly RangeBound[],
): { start: string; end: string | null } {
  const name = `${index.table.name}.${index.name}`;
  const equals = new Map<string, JSONValue>();
  const inequalities = bounds.filter((bound) => {
    if (!index.keyFields.includes(bound.fieldPath)) {
      throw new FunctionCallError(
        `FieldNotInIndex: The index range included a comparison with "${bound.fieldPath}", but ${name} with fields ${JSON.stringify(index.keyFields)} doesn't index this field.`,
      );
    }
    if (bound.type !== "Eq") return true;
    if (equals.has(bound.fieldPath)) {
      throw invalidRange(name, `the equality bound on "${bound.fieldPath}" is already defined`);
    }
    equals.set(bound.fieldPath, bound.value);
    return false;
  });
  const prefixFields = index.keyFields.slice(0, equals.size);
  if (!prefixFields.every((field) => equals.has(field))) {
    throw invalidRange(name, "its fields must be compared in index order, equalities first");
  }
  const prefix = encodeIndexKey(prefixFields.map((field) => indexValue(equals.get(field)!)));
  const nextField = index.keyFields[equals.size];
  let start = prefix;
  let end = keySuccessor(prefix);
  let hasLower = false;
  let hasUpper = false;
  for (const bound of inequalities) {
    if (bound.fieldPath !== nextField) {
      throw invalidRange(
        name,
        `"${bound.fieldPath}" cannot be bounded before the fields ahead of it`,
      );
    }
    const key = prefix + encodeIndexKey([indexValue(bound.value)]);
    const isLower = bound.type === "Gt" || bound.type === "Gte";
    if (isLower ? hasLower : hasUpper) {
      const side = isLower ? "lower" : "upper";
      throw invalidRange(name, `the ${side} bound on "${bound.fieldPath}" is already defined`);
    }
    if (isLower) {
      hasLower = true;
      start = bound.type === "Gte" ? key : (keySuccessor(key) ?? key);
    } else {
      hasUpper = true;
      end = bound.type === "Lt" ? key : keySuccessor(key);
    }
  }
  return { start, end };
}

/** `{$undefined: null}` stands for a missing field. */
function indexValue(value: JSONValue): JSONValue | undefined {
  const isMissing = typeof value === "object" && value !== null && "$undefined" in value;
  return isMissing ? undefined : value;
}

function invalidRange(name: string, reason: string): FunctionCallError {
  return new FunctionCallError(`InvalidIndexRange: Tried to query index ${name}, but ${reason}.`);
}

/** FNV-1a over the query's text: short, stable, and no secret. */
function fingerprintOf(query: SerializedQuery, index: Index): string {
  const text = JSON.stringify([query.source, query.operators, index.keyFields]);
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) {
    hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
