import { type SearchRequest, SearchScan } from "../store/search-scan.ts";
import type { Transaction } from "../store/transaction.ts";
import { encodeCursor, type Position } from "./page-cursor.ts";
import type { Page } from "./paginate.ts";
import { passesFilters, type QueryPlan } from "./query-plan.ts";

/** From where to where a page goes, both in ranks; without `stop` it ends after `pageSize`. */
interface PageSpan {
  begin: Position | null;
  stop: Position | null;
  pageSize: number;
}

/**
 * Reads one page of a search: some ranks of the whole result, which is found anew for every page.
 * Results have no key to stand still at, so that pages are split by count alone.
 */
export function readSearchPage(
  transaction: Transaction,
  plan: QueryPlan,
  request: SearchRequest,
  { begin, stop, pageSize }: PageSpan,
): Page {
  const scan = new SearchScan(transaction, request, rankOf(begin) ?? 0);
  const stopRank = rankOf(stop);
  const page: string[] = [];
  let isExhausted = false;
  for (;;) {
    const isFull =
      stop === null ? page.length >= pageSize : stopRank !== null && scan.position >= stopRank;
    if (isFull) break;
    const document = scan.next();
    if (!document) {
      isExhausted = true;
      break;
    }
    if (passesFilters(plan, document)) page.push(document.json);
  }
  const reached: Position =
    stop ?? (isExhausted ? { kind: "end" } : { kind: "rank", count: scan.position });
  return {
    page,
    isDone: reached.kind === "end",
    continueCursor: encodeCursor(reached, plan.fingerprint),
    splitCursor: null,
    pageStatus: null,
  };
}

function rankOf(position: Position | null): number | null {
  return position?.kind === "rank" ? position.count : null;
}
