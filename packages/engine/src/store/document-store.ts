import type { Persistence, RequestRecord } from "../persistence/persistence.ts";
import { BaseReader } from "./base-reader.ts";
import type { Catalog, Index } from "./catalog.ts";
import { type Entry, mergeRange, type Order } from "./merge-range.ts";
import type { IndexChange, Overlay } from "./overlay.ts";
import { RangeCache } from "./range-cache.ts";
import type { StoredDocument } from "./stored-document.ts";

/** That there is a document, whichever. */
export type KeyEntry = Entry<unknown>;

const KNOWN_SESSIONS_MAX = 50_000;

/**
 * Reads of committed documents as of a timestamp: the overlay laid over the base.
 *
 * It holds the two timestamps that everything turns on. `headTs` is the newest commit there is:
 * mutations, which run one after another, read there. `durableTs` is the newest that a power cut
 * cannot undo: queries read there, and nothing above it is ever shown to anybody.
 */
export class DocumentStore {
  readonly catalog: Catalog;
  readonly overlay: Overlay;
  readonly #persistence: Persistence;
  readonly #base: BaseReader;
  readonly #ranges = new RangeCache();
  readonly #pins = new Map<bigint, number>();
  readonly #recentRequests = new Map<string, RequestRecord>();
  /** The greatest request number of sessions seen lately: anything above it is surely new. */
  readonly #lastRequests = new Map<string, number>();
  /** How many documents functions have been given: what a call costs is counted in these. */
  documentsRead = 0;
  headTs: bigint;
  durableTs: bigint;
  /** Up to here the base has everything, so no older snapshot can be read. */
  oldestKeptTs: bigint;

  constructor(persistence: Persistence, catalog: Catalog, overlay: Overlay, ts: bigint) {
    this.#persistence = persistence;
    this.#base = new BaseReader(persistence);
    this.catalog = catalog;
    this.overlay = overlay;
    this.headTs = ts;
    this.durableTs = ts;
    this.oldestKeptTs = ts;
  }

  /** How often the tables had to be asked because memory did not know. */
  get tableReads(): number {
    return this.#base.reads;
  }

  /** Keeps the snapshot at `ts` readable until the returned function is called. */
  pin(ts: bigint): () => void {
    this.#pins.set(ts, (this.#pins.get(ts) ?? 0) + 1);
    let isPinned = true;
    return () => {
      if (!isPinned) return;
      isPinned = false;
      const count = this.#pins.get(ts)! - 1;
      if (count === 0) this.#pins.delete(ts);
      else this.#pins.set(ts, count);
    };
  }

  get isBeingRead(): boolean {
    return this.#pins.size > 0;
  }

  /** The oldest timestamp that somebody still reads at; the base must not pass it. */
  oldestReadTs(): bigint {
    let oldest = this.durableTs;
    for (const ts of this.#pins.keys()) if (ts < oldest) oldest = ts;
    return oldest;
  }

  /** A commit is in the overlay now: the newest there is, durable or not. */
  noteStaged(changes: readonly IndexChange[], ts: bigint): void {
    this.overlay.add(changes, ts);
    this.#ranges.noteChanges(changes, ts);
    this.headTs = ts;
  }

  /** Commits that never became durable are taken back; what is durable is the newest again. */
  noteRetracted(changes: readonly IndexChange[]): void {
    this.overlay.retract(changes, this.durableTs);
    this.#ranges.clear();
    this.headTs = this.durableTs;
  }

  /** Commits have moved from the overlay into the base, up to `throughTs`. */
  noteMoved(changes: readonly IndexChange[], throughTs: bigint): void {
    this.#base.noteMoved(changes);
    this.overlay.prune(changes, throughTs);
  }

  get(index: Index, key: string, ts: bigint): StoredDocument | null {
    const recent = this.overlay.get(index.number, key, ts);
    if (recent !== undefined) return recent;
    return this.#base.get(index, key);
  }

  /** Up to `limit` entries with `start <= key < end`, as of `ts`, in `order`. */
  scan(
    index: Index,
    start: string,
    end: string | null,
    order: Order,
    limit: number,
    ts: bigint,
  ): readonly Entry[] {
    const cached = this.#ranges.find(index.number, start, end, order, limit, ts);
    if (cached) return cached;
    const entries = this.#scan(index, start, end, order, limit, ts);
    if (ts === this.headTs) {
      this.#ranges.add(index.number, start, end, order, limit, ts, entries);
    }
    return entries;
  }

  #scan(
    index: Index,
    start: string,
    end: string | null,
    order: Order,
    limit: number,
    ts: bigint,
  ): readonly Entry[] {
    const layer = this.overlay.range(index.number, start, end, order, limit, ts);
    const readBelow = (after: string | null, count: number): readonly Entry[] => {
      const from = after !== null && order === "asc" ? `${after}\0` : start;
      const to = after !== null && order === "desc" ? after : end;
      return this.#base.scan(index, from, to, order, count);
    };
    return mergeRange(layer, readBelow, order, limit);
  }

  /** The keys that `scan` would find, without fetching the documents. */
  scanKeys(
    index: Index,
    start: string,
    end: string | null,
    order: Order,
    limit: number,
    ts: bigint,
  ): readonly KeyEntry[] {
    const layer = this.overlay.range(index.number, start, end, order, limit, ts);
    const readBelow = (after: string | null, count: number): KeyEntry[] => {
      const from = after !== null && order === "asc" ? `${after}\0` : start;
      const to = after !== null && order === "desc" ? after : end;
      this.#base.reads++;
      return this.#persistence
        .scanKeys(index.number, from, to, order, count)
        .map((key) => ({ key, document: true }));
    };
    return mergeRange<unknown>(layer, readBelow, order, limit);
  }

  /** The record of this very request, if it has been committed. */
  findRequest(sessionId: string, requestId: number): RequestRecord | null {
    let last = this.#lastRequests.get(sessionId);
    if (last === undefined) {
      if (this.#lastRequests.size >= KNOWN_SESSIONS_MAX) this.#lastRequests.clear();
      last = this.#persistence.lastRequestId(sessionId);
      for (const recent of this.#recentRequests.values()) {
        if (recent.sessionId === sessionId && recent.requestId > last) last = recent.requestId;
      }
      this.#lastRequests.set(sessionId, last);
    }
    if (requestId > last) return null;
    return (
      this.#recentRequests.get(requestKey(sessionId, requestId)) ??
      this.#persistence.findRequest(sessionId, requestId)
    );
  }

  rememberRequest(request: RequestRecord): void {
    this.#recentRequests.set(requestKey(request.sessionId, request.requestId), request);
    const last = this.#lastRequests.get(request.sessionId);
    if (last !== undefined && request.requestId > last) {
      this.#lastRequests.set(request.sessionId, request.requestId);
    }
  }

  forgetRecentRequest(request: RequestRecord): void {
    this.#recentRequests.delete(requestKey(request.sessionId, request.requestId));
  }
}

function requestKey(sessionId: string, requestId: number): string {
  return `${sessionId} ${requestId}`;
}
