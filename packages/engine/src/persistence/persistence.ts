/** One commit as it stands in the log: `body` is the store's own text, opaque to this room. */
export interface LogRecord {
  ts: bigint;
  body: string;
}

/** One index entry with the document that it points to. */
export interface BaseRow {
  key: string;
  id: string;
  body: string;
}

/** What one document's write does to the tables behind the log. */
export interface BaseWrite {
  /** The table's `by_id` index and the document's key in it: where the document is found. */
  byIdIndex: number;
  idKey: string;
  id: string;
  /** The document's text, or null when it was deleted. */
  body: string | null;
  /** Entries of all other indexes, and of `by_id` itself on insert and delete. */
  removedEntries: ReadonlyArray<{ index: number; key: string }>;
  addedEntries: ReadonlyArray<{ index: number; key: string }>;
}

/** Names a request. */
export interface RequestKey {
  sessionId: string;
  requestId: number;
}

/** The remembered outcome of one mutation, by which its repetition is recognised. */
export interface RequestRecord extends RequestKey {
  ts: bigint;
  wallMs: number;
  outcome: string;
}

export interface BaseBatch {
  /** Log records up to and including this one are contained in the tables after the batch. */
  throughTs: bigint;
  writes: readonly BaseWrite[];
  requests: readonly RequestRecord[];
}

/**
 * The disk, as the store sees it: an append-only log in front of sorted tables.
 *
 * Keys are binary strings (each char code is one byte) and compare as unsigned bytes. Every method
 * is synchronous and atomic: it happened wholly or it threw. The log is what makes a commit durable;
 * the tables (the "base") follow behind it.
 *
 * @throws EngineError "DiskFull" (nothing was written, try later) or "DiskFailed" (stop trusting
 *   the disk) from any writing method, "DataDamaged" from any reading one that meets something else
 *   than was written.
 */
export interface Persistence {
  readSetting(name: string): string | null;
  writeSetting(name: string, value: string): void;

  /** Appends all records in one step; they survive a power cut once this has returned. */
  appendLog(records: readonly LogRecord[]): void;
  /** Every record that the base does not contain yet, oldest first. */
  readLog(): LogRecord[];

  /** Moves commits into the base and drops their log records. */
  applyBase(batch: BaseBatch): void;
  /** The `throughTs` of the newest batch ever applied, 0 before the first. */
  readBaseTs(): bigint;
  /** Entries with `start <= key < end` (null: unbounded), in key order or its reverse. */
  scan(
    index: number,
    start: string,
    end: string | null,
    order: "asc" | "desc",
    limit: number,
  ): BaseRow[];
  /** The keys that `scan` would give, without the documents. */
  scanKeys(
    index: number,
    start: string,
    end: string | null,
    order: "asc" | "desc",
    limit: number,
  ): string[];
  get(index: number, key: string): BaseRow | null;

  findRequest(sessionId: string, requestId: number): RequestRecord | null;
  /** The greatest request number recorded for a session, -1 for none. */
  lastRequestId(sessionId: string): number;
  /**
   * Looks at up to `limit` records behind `after` (null: from the first), and forgets those that are
   * older than `wallMs`.
   *
   * @returns The last one that was looked at; null when there are no more.
   */
  forgetRequests(wallMs: number, after: RequestKey | null, limit: number): RequestKey | null;

  /** For a new index over rows that are there already; `id` names the document by its idKey. */
  addEntries(
    index: number,
    byIdIndex: number,
    entries: ReadonlyArray<{ key: string; idKey: string }>,
  ): void;
  dropIndex(index: number): void;

  /** Looks through everything: a sentence for each thing that is not as it was written, so many at most. */
  findDamage(max: number): string[];

  /** Moves what the disk holds twice to its place, when there is time: nothing depends on it. */
  checkpoint(): void;

  close(): void;
}
