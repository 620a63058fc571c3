import { SortedMap } from "../base/sorted-map.ts";
import type { LayerEntry, Order } from "./merge-range.ts";
import type { StoredDocument } from "./stored-document.ts";

/**
 * One version of one index key. Readers walk the chain from its newest, pruning takes from its oldest:
 * a key that every message writes has thousands of versions while the base is behind.
 */
interface Version {
  ts: bigint;
  document: StoredDocument | null;
  older: Version | null;
  newer: Version | null;
  /** The chain's other end; kept on the newest version only. */
  oldest: Version;
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
      entries.set(key, newVersion(ts, document, entries.get(key) ?? null));
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
      let { oldest } = newest;
      while (oldest.ts <= ts) oldest = oldest.newer!;
      oldest.older = null;
      newest.oldest = oldest;
    }
  }

  /** Takes back versions that never became durable: those above `ts`, of these keys. */
  retract(changes: readonly IndexChange[], ts: bigint): void {
    for (const { index, key } of changes) {
      const entries = this.#indexes.get(index);
      const newest = entries?.get(key);
      if (!entries || !newest) continue;
      const kept = visibleAt(newest, ts);
      if (!kept) {
        entries.delete(key);
        continue;
      }
      kept.newer = null;
      kept.oldest = newest.oldest;
      entries.set(key, kept);
    }
  }
}

function newVersion(ts: bigint, document: StoredDocument | null, older: Version | null): Version {
  const version = { ts, document, older, newer: null } as unknown as Version;
  version.oldest = older?.oldest ?? version;
  if (older) older.newer = version;
  return version;
}

function visibleAt(newest: Version | null, ts: bigint): Version | null {
  let version = newest;
  while (version && version.ts > ts) version = version.older;
  return version;
}
