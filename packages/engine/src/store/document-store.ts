import type { Persistence, RequestRecord } from "../persistence/persistence.ts";
import type { Catalog, Index } from "./catalog.ts";
import { type Entry, mergeRange, type Order } from "./merge-range.ts";
import type { Overlay } from "./overlay.ts";
import { StoredDocument } from "./stored-document.ts";

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
  readonly #pins = new Map<bigint, number>();
  readonly #recentRequests = new Map<string, RequestRecord>();
  headTs: bigint;
  durableTs: bigint;
  /** Up to here the base has everything, so no older snapshot can be read. */
  oldestKeptTs: bigint;

  constructor(persistence: Persistence, catalog: Catalog, overlay: Overlay, ts: bigint) {
    this.#persistence = persistence;
    this.catalog = catalog;
    this.overlay = overlay;
    this.headTs = ts;
    this.durableTs = ts;
    this.oldestKeptTs = ts;
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

  /** The oldest timestamp that somebody still reads at; the base must not pass it. */
  oldestReadTs(): bigint {
    let oldest = this.durableTs;
    for (const ts of this.#pins.keys()) if (ts < oldest) oldest = ts;
    return oldest;
  }

  get(index: Index, key: string, ts: bigint): StoredDocument | null {
    const recent = this.overlay.get(index.number, key, ts);
    if (recent !== undefined) return recent;
    const row = this.#persistence.get(index.number, key);
    return row ? new StoredDocument(row.id, row.body) : null;
  }

  /** Up to `limit` entries with `start <= key < end`, as of `ts`, in `order`. */
  scan(
    index: Index,
    start: string,
    end: string | null,
    order: Order,
    limit: number,
    ts: bigint,
  ): Entry[] {
    const layer = this.overlay.range(index.number, start, end, order, limit, ts);
    const readBelow = (after: string | null, count: number): Entry[] => {
      const from = after !== null && order === "asc" ? `${after}\0` : start;
      const to = after !== null && order === "desc" ? after : end;
      return this.#persistence
        .scan(index.number, from, to, order, count)
        .map(({ key, id, body }) => ({ key, document: new StoredDocument(id, body) }));
    };
    return mergeRange(layer, readBelow, order, limit);
  }

  findRequest(sessionId: string, requestId: number): RequestRecord | null {
    return (
      this.#recentRequests.get(requestKey(sessionId, requestId)) ??
      this.#persistence.findRequest(sessionId, requestId)
    );
  }

  rememberRequest(request: RequestRecord): void {
    this.#recentRequests.set(requestKey(request.sessionId, request.requestId), request);
  }

  forgetRecentRequest(request: RequestRecord): void {
    this.#recentRequests.delete(requestKey(request.sessionId, request.requestId));
  }
}

function requestKey(sessionId: string, requestId: number): string {
  return `${sessionId} ${requestId}`;
}
