import { limits } from "../base/limits.ts";
import { RangeScan } from "../store/range-scan.ts";
import { keyAfter } from "../store/read-set.ts";
import type { Transaction } from "../store/transaction.ts";
import { FunctionCallError } from "./function-error.ts";
import type { QueryPlan } from "./query-plan.ts";

const RESULT_ITEMS_MAX = 8_192;

export interface PageRequest {
  cursor: string | null;
  /** Where the page ends; null: after `pageSize` documents. */
  endCursor: string | null;
  pageSize: number;
  maximumRowsRead: number | null;
  maximumBytesRead: number | null;
}

/** What `1.0/queryPage` answers; `page` holds document texts. */
export interface Page {
  page: string[];
  isDone: boolean;
  continueCursor: string;
  splitCursor: string | null;
  pageStatus: "SplitRecommended" | "SplitRequired" | null;
}

/** A place in a query's order: after an index key, or at the end. */
type Position = { kind: "after"; key: string } | { kind: "end" };

/**
 * Reads one page. With an end cursor the page is everything between the two cursors however many
 * that are by now, so that pages side by side never lose or repeat a document.
 *
 * A cursor names an index key. It is opaque to clients, and a made-up one is harmless: it is held
 * inside the query's own range.
 */
export function readPage(transaction: Transaction, plan: QueryPlan, request: PageRequest): Page {
  if (plan.operators.some((operator) => operator.kind === "limit")) {
    throw new FunctionCallError("A query with a limit cannot be paginated.");
  }
  if (request.pageSize === 0) {
    throw new FunctionCallError("`options.numItems` must be at least 1.");
  }
  const begin = request.cursor === null ? null : decodeCursor(request.cursor, plan.fingerprint);
  const stop =
    request.endCursor === null ? null : decodeCursor(request.endCursor, plan.fingerprint);
  const range = clampRange(plan, begin, stop);
  if (begin?.kind === "end" || range === null) {
    const cursor = request.endCursor ?? request.cursor ?? encodeCursor({ kind: "end" }, plan);
    const isDone = decodeCursor(cursor, plan.fingerprint).kind === "end";
    return { page: [], isDone, continueCursor: cursor, splitCursor: null, pageStatus: null };
  }

  const rowsMax = Math.min(request.maximumRowsRead ?? limits.documentsReadMax, RESULT_ITEMS_MAX);
  const bytesMax = Math.min(request.maximumBytesRead ?? limits.bytesReadMax, limits.bytesReadMax);
  const expected = stop ? null : request.pageSize;
  const scan = new RangeScan(transaction, range, expected);
  const page: string[] = [];
  const keys: string[] = [];
  let rows = 0;
  let bytes = 0;
  let isCut = false;
  while (stop !== null || page.length < request.pageSize) {
    if (rows >= rowsMax || bytes >= bytesMax) {
      isCut = true;
      break;
    }
    const entry = scan.next();
    if (!entry) break;
    rows++;
    bytes += entry.document.json.length;
    const passes = plan.operators.every(
      (operator) => operator.kind !== "filter" || operator.accepts(entry.document.value),
    );
    keys.push(entry.key);
    if (passes) page.push(entry.document.json);
  }
  scan.close();

  const reached: Position = scan.isExhausted
    ? (stop ?? { kind: "end" })
    : { kind: "after", key: scan.lastKey! };
  const isLarge = rows > rowsMax * 0.75 || bytes > bytesMax * 0.75;
  const middle = keys.length > 2 ? keys[Math.floor((keys.length - 1) / 2)]! : null;
  return {
    page,
    isDone: reached.kind === "end",
    continueCursor: encodeCursor(reached, plan),
    splitCursor: middle === null ? null : encodeCursor({ kind: "after", key: middle }, plan),
    pageStatus: isCut ? "SplitRequired" : isLarge ? "SplitRecommended" : null,
  };
}

/** The part of the query's range between two positions; null when there is nothing between. */
function clampRange(plan: QueryPlan, begin: Position | null, stop: Position | null) {
  let { start, end } = plan.range;
  const { index, order } = plan.range;
  if (begin?.kind === "after") {
    if (order === "asc") start = later(start, keyAfter(begin.key));
    else end = earlier(end, begin.key);
  }
  if (stop?.kind === "after") {
    if (order === "asc") end = earlier(end, keyAfter(stop.key));
    else start = later(start, stop.key);
  }
  if (end !== null && start >= end) return null;
  return { index, start, end, order };
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}

function earlier(a: string | null, b: string): string {
  return a === null || b < a ? b : a;
}

function encodeCursor(position: Position, plan: QueryPlan): string {
  const place =
    position.kind === "end"
      ? "end"
      : `k${Buffer.from(position.key, "latin1").toString("base64url")}`;
  return `${plan.fingerprint}.${place}`;
}

function decodeCursor(cursor: string, fingerprint: string): Position {
  const dot = cursor.indexOf(".");
  const place = cursor.slice(dot + 1);
  if (dot < 0 || cursor.slice(0, dot) !== fingerprint) throw new InvalidCursorError();
  if (place === "end") return { kind: "end" };
  if (!place.startsWith("k")) throw new InvalidCursorError();
  return { kind: "after", key: Buffer.from(place.slice(1), "base64url").toString("latin1") };
}

/** The stock client recognises this data and starts its pagination anew. */
export class InvalidCursorError extends Error {
  readonly data = { isConvexSystemError: true, paginationError: "InvalidCursor" };

  constructor() {
    super(
      "InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.",
    );
  }
}
