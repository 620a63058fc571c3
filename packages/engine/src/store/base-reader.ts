import type { Persistence } from "../persistence/persistence.ts";
import type { Index } from "./catalog.ts";
import type { Entry, Order } from "./merge-range.ts";
import type { IndexChange } from "./overlay.ts";
import { StoredDocument } from "./stored-document.ts";

const CACHED_POINTS_MAX = 20_000;

/**
 * Reads the base, and keeps the single documents that it has read.
 *
 * The base changes only when the base writer moves commits into it, so that what is kept holds until
 * a move touches its key.
 */
export class BaseReader {
  readonly #persistence: Persistence;
  readonly #points = new Map<string, StoredDocument | null>();

  /** How often the tables were asked. */
  reads = 0;

  constructor(persistence: Persistence) {
    this.#persistence = persistence;
  }

  get(index: Index, key: string): StoredDocument | null {
    const name = pointName(index.number, key);
    const cached = this.#points.get(name);
    if (cached !== undefined) return cached;
    this.reads++;
    const row = this.#persistence.get(index.number, key);
    const document = row ? new StoredDocument(row.id, row.body) : null;
    if (this.#points.size >= CACHED_POINTS_MAX) this.#points.clear();
    this.#points.set(name, document);
    return document;
  }

  scan(index: Index, start: string, end: string | null, order: Order, limit: number): Entry[] {
    this.reads++;
    return this.#persistence
      .scan(index.number, start, end, order, limit)
      .map(({ key, id, body }) => ({ key, document: new StoredDocument(id, body) }));
  }

  /** The base holds these changes from now on. */
  noteMoved(changes: readonly IndexChange[]): void {
    if (this.#points.size === 0) return;
    for (const { index, key, document } of changes) {
      const name = pointName(index, key);
      if (this.#points.has(name)) this.#points.set(name, document);
    }
  }
}

function pointName(index: number, key: string): string {
  return `${index} ${key}`;
}
