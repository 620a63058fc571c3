import { limits } from "../base/limits.ts";

/** What one transaction has used of what it may use. Names and figures are Convex's. */
export interface Usage {
  documentsRead: number;
  bytesRead: number;
  /** Index ranges, single documents included. */
  databaseQueries: number;
  documentsWritten: number;
  bytesWritten: number;
  functionsScheduled: number;
  scheduledFunctionArgsBytes: number;
}

const ADVICE =
  " Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

const MAX: Readonly<Usage> = {
  documentsRead: limits.documentsReadMax,
  bytesRead: limits.bytesReadMax,
  databaseQueries: limits.indexRangesReadMax,
  documentsWritten: limits.documentsWrittenMax,
  bytesWritten: limits.bytesWrittenMax,
  functionsScheduled: limits.scheduledJobsMax,
  scheduledFunctionArgsBytes: limits.scheduledArgumentBytesTotalMax,
};

const TEXTS: Record<keyof Usage, (limit: number) => string> = {
  documentsRead: (limit) =>
    `Too many documents read in a single function execution (limit: ${limit}).${ADVICE}`,
  bytesRead: (limit) =>
    `Too many bytes read in a single function execution (limit: ${limit} bytes).${ADVICE}`,
  databaseQueries: (limit) => `Too many reads in a single function execution (limit: ${limit}).`,
  documentsWritten: (limit) => `Too many writes in a single function execution (limit: ${limit})`,
  bytesWritten: (limit) =>
    `Too many bytes written in a single function execution (limit: ${limit} bytes)`,
  functionsScheduled: (limit) => `Too many functions scheduled by this mutation (limit: ${limit})`,
  scheduledFunctionArgsBytes: (limit) =>
    `Too large total size of the arguments of scheduled functions from this mutation (limit: ${limit} bytes)`,
};

/**
 * The counters of one transaction. A nested call may be given less, never more; a nested mutation
 * that is rolled back gives back what it wrote and scheduled, not what it read.
 *
 * Bytes are counted as the text of the documents, which is known without looking into them.
 */
export class TransactionUsage {
  #used: Usage;
  #max: Usage;

  constructor(max: Partial<Usage> = {}) {
    this.#used = { ...MAX };
    for (const name of usageNames) this.#used[name] = 0;
    this.#max = { ...MAX, ...max };
  }

  /** @throws Error in Convex's words when the limit is passed. */
  count(name: keyof Usage, amount: number): void {
    this.#used[name] += amount;
    if (this.#used[name] > this.#max[name]) throw new Error(TEXTS[name](this.#max[name]));
  }

  /** What `ctx.meta.getTransactionMetrics()` says, as far as it is counted here. */
  metrics(): Record<keyof Usage, { used: number; remaining: number }> {
    const entries = usageNames.map((name) => {
      const used = this.#used[name];
      return [name, { used, remaining: Math.max(this.#max[name] - used, 0) }];
    });
    return Object.fromEntries(entries);
  }

  /** Narrows what may be used from here on; returns how to widen it again. */
  narrow(allowed: Partial<Usage>): () => void {
    const before = this.#max;
    this.#max = { ...before };
    for (const name of usageNames) {
      const amount = allowed[name];
      if (typeof amount !== "number") continue;
      this.#max[name] = Math.min(before[name], this.#used[name] + amount);
    }
    return () => {
      this.#max = before;
    };
  }

  /** Remembers what was written and scheduled by now; returns how to forget what came after. */
  savepoint(): () => void {
    const { documentsWritten, bytesWritten, functionsScheduled, scheduledFunctionArgsBytes } =
      this.#used;
    const before = {
      documentsWritten,
      bytesWritten,
      functionsScheduled,
      scheduledFunctionArgsBytes,
    };
    return () => {
      this.#used = { ...this.#used, ...before };
    };
  }
}

const usageNames = Object.keys(MAX) as Array<keyof Usage>;
