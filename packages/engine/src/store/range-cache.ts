import { IntervalTree } from "../base/interval-tree.ts";
import type { Entry, Order } from "./merge-range.ts";
import type { IndexChange } from "./overlay.ts";

const CACHED_ENTRIES_MAX = 20_000;
/** Longer ones are seldom read again and would push the short ones out. */
const CACHED_RANGE_MAX = 64;

/** What a range read found, as of the newest commit. */
interface CachedRange {
  name: string;
  index: number;
  start: string;
  end: string | null;
  order: Order;
  limit: number;
  /** Never changed in place: readers hold it. */
  entries: readonly Entry[];
  /** The entries are those of every snapshot from this one on. */
  sinceTs: bigint;
  wasUsed: boolean;
}

/**
 * The short ranges that live queries ask for again and again, kept as of the newest commit.
 *
 * A commit is laid into the ranges that contain its keys: a new message goes to the top of "the
 * newest thirty" and the last one falls off, without a read. Where more would have to be known than
 * is there (something is gone, and what follows it is unknown) the range is forgotten instead.
 * Commits that move from the log to the tables change nothing that is read, and nothing here.
 */
export class RangeCache {
  readonly #ranges = new Map<string, CachedRange>();
  readonly #byIndex = new Map<number, IntervalTree<CachedRange>>();
  #entries = 0;

  /** What a read at `ts` finds; null when that is not known. */
  find(
    index: number,
    start: string,
    end: string | null,
    order: Order,
    limit: number,
    ts: bigint,
  ): readonly Entry[] | null {
    const cached = this.#ranges.get(nameOf(index, start, end, order, limit));
    if (!cached || cached.sinceTs > ts) return null;
    cached.wasUsed = true;
    return cached.entries;
  }

  /** Keeps what a read as of the newest commit, at `ts`, has found. */
  add(
    index: number,
    start: string,
    end: string | null,
    order: Order,
    limit: number,
    ts: bigint,
    entries: readonly Entry[],
  ): void {
    if (entries.length > CACHED_RANGE_MAX || (end !== null && start >= end)) return;
    const name = nameOf(index, start, end, order, limit);
    const known = this.#ranges.get(name);
    if (known) this.#forget(known);
    const range = { name, index, start, end, order, limit, entries, sinceTs: ts, wasUsed: false };
    this.#ranges.set(name, range);
    let tree = this.#byIndex.get(index);
    if (!tree) {
      tree = new IntervalTree<CachedRange>();
      this.#byIndex.set(index, tree);
    }
    tree.add(start, end, range);
    this.#entries += entries.length + 1;
    this.#makeRoom();
  }

  /** The newest commit, at `ts`, has changed these keys. */
  noteChanges(changes: readonly IndexChange[], ts: bigint): void {
    for (const change of changes) {
      const tree = this.#byIndex.get(change.index);
      if (!tree) continue;
      const concerned: CachedRange[] = [];
      tree.visitContaining(change.key, (range) => concerned.push(range));
      for (const range of concerned) {
        const entries = changed(range, change);
        if (entries === null || entries.length > CACHED_RANGE_MAX) {
          this.#forget(range);
          continue;
        }
        this.#entries += entries.length - range.entries.length;
        range.entries = entries;
        range.sinceTs = ts;
      }
    }
  }

  /** After commits were taken back. */
  clear(): void {
    this.#ranges.clear();
    this.#byIndex.clear();
    this.#entries = 0;
  }

  #forget(range: CachedRange): void {
    this.#ranges.delete(range.name);
    this.#byIndex.get(range.index)!.remove(range.start, range.end, range);
    this.#entries -= range.entries.length + 1;
  }

  /** The oldest go first, but what was asked for since its last turn is given another one. */
  #makeRoom(): void {
    for (const [name, range] of this.#ranges) {
      if (this.#entries <= CACHED_ENTRIES_MAX) return;
      if (!range.wasUsed) {
        this.#forget(range);
        continue;
      }
      range.wasUsed = false;
      this.#ranges.delete(name);
      this.#ranges.set(name, range);
    }
  }
}

/** A range's entries after a change of one of its keys; null when they are not known any more. */
function changed(
  { entries, order, limit }: CachedRange,
  { key, document }: IndexChange,
): readonly Entry[] | null {
  const place = placeOf(entries, order, key);
  const isThere = entries[place]?.key === key;
  const isWhole = entries.length < limit;
  if (document === null) {
    if (!isThere) return entries;
    // What would move up into the last place is not here.
    return isWhole ? entries.toSpliced(place, 1) : null;
  }
  if (isThere) return entries.with(place, { key, document });
  if (place === entries.length && !isWhole) return entries;
  const longer = entries.toSpliced(place, 0, { key, document });
  if (longer.length > limit) longer.pop();
  return longer;
}

/** Where a key is, or would be, by halving. */
function placeOf(entries: readonly Entry[], order: Order, key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const isBefore = order === "asc" ? entries[middle]!.key < key : entries[middle]!.key > key;
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nameOf(
  index: number,
  start: string,
  end: string | null,
  order: Order,
  limit: number,
): string {
  return `${index} ${order} ${limit} ${start.length} ${start}${end ?? ""}${end === null ? "" : "."}`;
}
