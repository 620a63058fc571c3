import { RangeScan } from "../store/range-scan.ts";
import { SearchScan } from "../store/search-scan.ts";
import type { StoredDocument } from "../store/stored-document.ts";
import type { Transaction } from "../store/transaction.ts";
import type { QueryPlan } from "./query-plan.ts";

/** A query being iterated: the scan with filters and limits applied in the order they were called. */
export class OpenQuery {
  readonly #scan: RangeScan | SearchScan;
  readonly #plan: QueryPlan;
  readonly #remaining: number[];

  constructor(transaction: Transaction, plan: QueryPlan) {
    this.#plan = plan;
    this.#remaining = plan.operators.map((operator) =>
      operator.kind === "limit" ? operator.count : Number.POSITIVE_INFINITY,
    );
    this.#scan = this.#openScan(transaction);
  }

  #openScan(transaction: Transaction): RangeScan | SearchScan {
    const { source, operators } = this.#plan;
    if (source.kind === "search") return new SearchScan(transaction, source.request);
    const isFiltered = operators.some((operator) => operator.kind === "filter");
    const least = Math.min(...this.#remaining, Number.POSITIVE_INFINITY);
    const expected = isFiltered || !Number.isFinite(least) ? null : least;
    return new RangeScan(transaction, source.range, expected);
  }

  /** The next document that passes, or null when the range or a limit is exhausted. */
  next(): StoredDocument | null {
    for (;;) {
      if (this.#hasReachedLimit()) return null;
      const document = this.#scan.next();
      if (!document) return null;
      if (this.#passes(document)) return document;
    }
  }

  close(): void {
    this.#scan.close();
  }

  #hasReachedLimit(): boolean {
    for (let place = 0; place < this.#remaining.length; place++) {
      if (this.#remaining[place] === 0) return true;
    }
    return false;
  }

  #passes(document: StoredDocument): boolean {
    const { operators } = this.#plan;
    for (let place = 0; place < operators.length; place++) {
      const operator = operators[place]!;
      if (operator.kind === "filter") {
        if (!operator.accepts(document.value)) return false;
      } else {
        this.#remaining[place]!--;
      }
    }
    return true;
  }
}
