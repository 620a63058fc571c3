import { limits } from "../base/limits.ts";
import { RangeScan, type ScanRange } from "../store/range-scan.ts";
import { keyAfter } from "../store/read-set.ts";
import type { Transaction } from "../store/transaction.ts";
import { FunctionCallError } from "./function-error.ts";
import { decodeCursor, encodeCursor, type Position } from "./page-cursor.ts";
import { readSearchPage } from "./paginate-search.ts";
import { passesFilters, type QueryPlan } from "./query-plan.ts";

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

/**
 * Reads one page. With an end cursor the page is everything between the two cursors however many
 * that are by now, so that pages side by side never lose or repeat a document.
 */
export function readPage(transaction: Transaction, plan: QueryPlan, request: PageRequest): Page {
  if (plan.operators.some((operator) => operator.kind === "limit")) {
    throw new FunctionCallError("A query with a limit cannot be paginated.");
  }
  if (request.pageSize === 0) {
    throw new FunctionCallError("`options.numItems` must be at least 1.");
  }
  const { source, fingerprint } = plan;
  const begin = request.cursor === null ? null : decodeCursor(request.cursor, fingerprint);
  const stop = request.endCursor === null ? null : decodeCursor(request.endCursor, fingerprint);
  if (source.kind === "search" && begin?.kind !== "end") {
    const span = { begin, stop, pageSize: request.pageSize };
    return readSearchPage(transaction, plan, source.request, span);
  }
  const range = source.kind === "range" ? clampRange(source.range, begin, stop) : null;
  if (begin?.kind === "end" || range === null) {
    const cursor =
      request.endCursor ?? request.cursor ?? encodeCursor({ kind: "end" }, fingerprint);
    const isDone = decodeCursor(cursor, fingerprint).kind === "end";
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
    const document = scan.next();
    if (!document) break;
    rows++;
    bytes += document.json.length;
    keys.push(scan.lastKey!);
    if (passesFilters(plan, document)) page.push(document.json);
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
    continueCursor: encodeCursor(reached, fingerprint),
    splitCursor: middle === null ? null : encodeCursor({ kind: "after", key: middle }, fingerprint),
    pageStatus: isCut ? "SplitRequired" : isLarge ? "SplitRecommended" : null,
  };
}

/** The part of the query's range between two positions; null when there is nothing between. */
function clampRange(range: ScanRange, begin: Position | null, stop: Position | null) {
  let { start, end } = range;
  const { index, order } = range;
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
