import { SortedMap } from "../base/sorted-map.ts";
import type { LayerEntry, Order } from "./merge-range.ts";
import type { StoredDocument } from "./stored-document.ts";

/** One version of one index key; the chain runs from the newest to the oldest. */
interface Version {
  ts: bigint;
  document: StoredDocument | null;
  older: Version | null;
}

/** One key of one index that a commit changed: what stands there now, null for nothing. */
export interface IndexChange {
  index: number;
  key: string;
  document: StoredDocument | null;
}

/**
 * All index entries that the base does not hold yet, every version of each.
 *
 * It holds commits from the log that have not been moved into the tables, durable or not. It does
 * not know which are durable: readers name the timestamp that they read at.
 */
export class Overlay {
  readonly #indexes = new Map<number, SortedMap<Version>>();

  add(changes: readonly IndexChange[], ts: bigint): void {
    for (const { index, key, document } of changes) {
      let entries = this.#indexes.get(index);
      if (!entries) {
        entries = new SortedMap<Version>();
        this.#indexes.set(index, entries);
      }
      entries.set(key, { ts, document, older: entries.get(key) ?? null });
    }
  }

  /** The document at a key as of `ts`; undefined when the overlay has nothing to say. */
  get(index: number, key: string, ts: bigint): StoredDocument | null | undefined {
    return visibleAt(this.#indexes.get(index)?.get(key) ?? null, ts)?.document;
  }

  /** Entries of a range as of `ts`, up to `limit` documents (absences do not count). */
  range(
    index: number,
    start: string,
    end: string | null,
    order: Order,
    limit: number,
    ts: bigint,
  ): LayerEntry[] {
    const found: LayerEntry[] = [];
    let documents = 0;
    this.#indexes.get(index)?.visit(start, end, order, (key, newest) => {
      const version = visibleAt(newest, ts);
      if (version) {
        found.push({ key, document: version.document });
        if (version.document) documents++;
      }
      return documents < limit;
    });
    return found;
  }

  /** Forgets what the base holds now: versions up to `ts`, of these keys. */
  prune(changes: readonly IndexChange[], ts: bigint): void {
    for (const { index, key } of changes) {
      const entries = this.#indexes.get(index);
      const newest = entries?.get(key);
      if (!entries || !newest) continue;
      if (newest.ts <= ts) {
        entries.delete(key);
        continue;
      }
      let version: Version = newest;
      while (version.older && version.older.ts > ts) version = version.older;
      version.older = null;
    }
  }

  /** Takes back versions that never became durable: those above `ts`, of these keys. */
  retract(changes: readonly IndexChange[], ts: bigint): void {
    for (const { index, key } of changes) {
      const entries = this.#indexes.get(index);
      let version: Version | null = entries?.get(key) ?? null;
      while (version && version.ts > ts) version = version.older;
      if (!entries) continue;
      if (version) entries.set(key, version);
      else entries.delete(key);
    }
  }
}

function visibleAt(newest: Version | null, ts: bigint): Version | null {
  let version = newest;
  while (version && version.ts > ts) version = version.older;
  return version;
}
