import { RangeScan } from "../store/range-scan.ts";
import type { StoredDocument } from "../store/stored-document.ts";
import type { Transaction } from "../store/transaction.ts";
import type { QueryPlan } from "./query-plan.ts";

/** A query being iterated: the scan with filters and limits applied in the order they were called. */
export class OpenQuery {
  readonly scan: RangeScan;
  readonly #plan: QueryPlan;
  readonly #remaining: number[];

  constructor(transaction: Transaction, plan: QueryPlan) {
    this.#plan = plan;
    this.#remaining = plan.operators.map((operator) =>
      operator.kind === "limit" ? operator.count : Number.POSITIVE_INFINITY,
    );
    const isFiltered = plan.operators.some((operator) => operator.kind === "filter");
    const least = Math.min(...this.#remaining, Number.POSITIVE_INFINITY);
    const expected = isFiltered || !Number.isFinite(least) ? null : least;
    this.scan = new RangeScan(transaction, plan.range, expected);
  }

  /** The next document that passes, or null when the range or a limit is exhausted. */
  next(): StoredDocument | null {
    for (;;) {
      if (this.#remaining.includes(0)) return null;
      const entry = this.scan.next();
      if (!entry) return null;
      if (this.#passes(entry.document)) return entry.document;
    }
  }

  close(): void {
    this.scan.close();
  }

  #passes(document: StoredDocument): boolean {
    for (const [place, operator] of this.#plan.operators.entries()) {
      if (operator.kind === "filter") {
        if (!operator.accepts(document.value)) return false;
      } else {
        this.#remaining[place]!--;
      }
    }
    return true;
  }
}
