import type { Index } from "./catalog.ts";
import type { Entry, Order } from "./merge-range.ts";
import { keyAfter } from "./read-set.ts";
import type { StoredDocument } from "./stored-document.ts";
import type { Transaction } from "./transaction.ts";

const READ_AHEAD_MIN = 8;
const READ_AHEAD_MAX = 256;

export interface ScanRange {
  index: Index;
  start: string;
  end: string | null;
  order: Order;
}

/**
 * Walks an index range entry by entry, reading ahead in growing steps.
 *
 * What counts as read is what was handed out: from where the walk began to the last entry given,
 * or to the end of the range once it is exhausted. `close` puts exactly that into the read set.
 */
export class RangeScan {
  readonly range: ScanRange;
  readonly #transaction: Transaction;
  #ahead: readonly Entry[] = [];
  #place = 0;
  #aheadAtWrite: number;
  #readAhead: number;
  #lastKey: string | null = null;
  /** The last reading found less than it asked for: there is nothing behind it. */
  #isLastAhead = false;
  #isExhausted = false;
  #isClosed = false;

  /** @param expected How many entries will probably be wanted, when somebody knows. */
  constructor(transaction: Transaction, range: ScanRange, expected: number | null = null) {
    this.#transaction = transaction;
    this.range = range;
    this.#aheadAtWrite = transaction.writeCount;
    this.#readAhead = Math.min(Math.max(expected ?? READ_AHEAD_MIN, 1), READ_AHEAD_MAX);
    transaction.countRange();
  }

  get lastKey(): string | null {
    return this.#lastKey;
  }

  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  next(): StoredDocument | null {
    if (this.#isExhausted || this.#isClosed) return null;
    const isStale = this.#aheadAtWrite !== this.#transaction.writeCount;
    const isUsedUp = this.#place >= this.#ahead.length;
    if (isStale || (isUsedUp && !this.#isLastAhead)) this.#fill();
    const entry = this.#ahead[this.#place++];
    if (!entry) {
      this.#isExhausted = true;
      return null;
    }
    this.#lastKey = entry.key;
    this.#transaction.countRead(entry.document);
    return entry.document;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { index, start, end, order } = this.range;
    const readSet = this.#transaction.readSet;
    if (this.#isExhausted) readSet.addRange(index.number, start, end);
    else if (this.#lastKey === null) return;
    else if (order === "asc") readSet.addRange(index.number, start, keyAfter(this.#lastKey));
    else readSet.addRange(index.number, this.#lastKey, end);
  }

  #fill(): void {
    const { index, start, end, order } = this.range;
    const last = this.#lastKey;
    const from = last !== null && order === "asc" ? keyAfter(last) : start;
    const to = last !== null && order === "desc" ? last : end;
    this.#aheadAtWrite = this.#transaction.writeCount;
    this.#ahead = this.#transaction.scan(index, from, to, order, this.#readAhead);
    this.#isLastAhead = this.#ahead.length < this.#readAhead;
    this.#place = 0;
    this.#readAhead = Math.min(this.#readAhead * 4, READ_AHEAD_MAX);
  }
}
