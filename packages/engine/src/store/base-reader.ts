import type { Persistence } from "../persistence/persistence.ts";
import type { Index } from "./catalog.ts";
import type { Entry, Order } from "./merge-range.ts";
import type { IndexChange } from "./overlay.ts";
import { StoredDocument } from "./stored-document.ts";

const CACHED_POINTS_MAX = 20_000;
const CACHED_ENTRIES_MAX = 20_000;
/** Longer reads are seldom repeated and would push the short ones out. */
const CACHED_SCAN_MAX = 64;

/**
 * Reads the base through a small memory of what was read before.
 *
 * The base changes only when the base writer moves commits into it, so an answer holds until a move
 * touches its key, or for a range any key of its index. Live queries ask for the same few ranges
 * after every message; without this each of them would go to SQLite each time.
 */
export class BaseReader {
  readonly #persistence: Persistence;
  readonly #points = new Map<string, StoredDocument | null>();
  readonly #scans = new Map<number, Map<string, Entry[]>>();
  #cachedEntries = 0;

  constructor(persistence: Persistence) {
    this.#persistence = persistence;
  }

  get(index: Index, key: string): StoredDocument | null {
    const name = pointName(index.number, key);
    const cached = this.#points.get(name);
    if (cached !== undefined) return cached;
    const row = this.#persistence.get(index.number, key);
    const document = row ? new StoredDocument(row.id, row.body) : null;
    if (this.#points.size >= CACHED_POINTS_MAX) this.#points.clear();
    this.#points.set(name, document);
    return document;
  }

  scan(index: Index, start: string, end: string | null, order: Order, limit: number): Entry[] {
    if (limit > CACHED_SCAN_MAX) return this.#read(index, start, end, order, limit);
    const name = `${order} ${limit} ${start.length} ${start}${end === null ? "" : `-${end}`}`;
    const cached = this.#scans.get(index.number)?.get(name);
    if (cached) return cached;
    const entries = this.#read(index, start, end, order, limit);
    this.#cachedEntries += entries.length + 1;
    if (this.#cachedEntries > CACHED_ENTRIES_MAX) this.#forgetScans();
    const scans = this.#scans.get(index.number);
    if (scans) scans.set(name, entries);
    else this.#scans.set(index.number, new Map([[name, entries]]));
    return entries;
  }

  /** The base holds these changes from now on. */
  noteMoved(changes: readonly IndexChange[]): void {
    for (const { index, key } of changes) {
      this.#points.delete(pointName(index, key));
      const scans = this.#scans.get(index);
      if (!scans) continue;
      for (const entries of scans.values()) this.#cachedEntries -= entries.length + 1;
      this.#scans.delete(index);
    }
  }

  #read(index: Index, start: string, end: string | null, order: Order, limit: number): Entry[] {
    return this.#persistence
      .scan(index.number, start, end, order, limit)
      .map(({ key, id, body }) => ({ key, document: new StoredDocument(id, body) }));
  }

  #forgetScans(): void {
    this.#scans.clear();
    this.#cachedEntries = 0;
  }
}

function pointName(index: number, key: string): string {
  return `${index} ${key}`;
}
