import { assert } from "../base/assert.ts";
import type { JobRow } from "../runtime/scheduled-job.ts";
import type { Index, Table } from "../store/catalog.ts";
import type { Commit } from "../store/committer.ts";
import type { DocumentStore } from "../store/document-store.ts";
import { encodeIndexKey, keySuccessor } from "../values/index-key.ts";

/**
 * Reads of scheduled jobs by the engine's own indexes, as far as they are durable.
 *
 * It holds the time before which no job waits: the entries of jobs that have just ended lie there,
 * and a busy scheduler would walk over thousands of them for every job that it starts.
 */
export class JobRows {
  readonly #store: DocumentStore;
  /** One of the app and one of each of its components. */
  readonly #tables: readonly Table[];
  readonly #pendingIndexes: ReadonlySet<number>;
  #nothingBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(store: DocumentStore, tables: readonly Table[]) {
    this.#store = store;
    this.#tables = tables;
    const indexes = tables.map((table) => indexOf(table, "by_state_and_time").number);
    this.#pendingIndexes = new Set(indexes);
  }

  /** News of commits, in order; returns whether a job has come to wait. */
  noteCommits(commits: readonly Commit[]): boolean {
    let hasNew = false;
    for (const { indexChanges } of commits) {
      for (const { index, document } of indexChanges) {
        if (!document || !this.#pendingIndexes.has(index)) continue;
        const { state, scheduledTime } = document.value as unknown as JobRow;
        if (state.kind !== "pending") continue;
        this.#nothingBeforeMs = Math.min(this.#nothingBeforeMs, scheduledTime);
        hasNew = true;
      }
    }
    return hasNew;
  }

  /** Jobs that wait, the earliest first. */
  pending(limit: number): JobRow[] {
    const fromMs = this.#nothingBeforeMs;
    if (fromMs === Number.POSITIVE_INFINITY) return [];
    const prefix = encodeIndexKey(["pending"]);
    const start = Number.isFinite(fromMs) ? encodeIndexKey(["pending", fromMs]) : prefix;
    const rows = this.#scan("by_state_and_time", start, keySuccessor(prefix), limit);
    if (this.#tables.length > 1) {
      rows.sort((a, b) => a.scheduledTime - b.scheduledTime).splice(limit);
    }
    this.#nothingBeforeMs = rows[0]?.scheduledTime ?? Number.POSITIVE_INFINITY;
    return rows;
  }

  inProgress(limit: number): JobRow[] {
    const prefix = encodeIndexKey(["inProgress"]);
    return this.#scan("by_state_and_time", prefix, keySuccessor(prefix), limit).slice(0, limit);
  }

  /** Jobs that ended before then, the oldest first. */
  completedBefore(beforeMs: number, limit: number): JobRow[] {
    // Above the rows that have no such field.
    const start = keySuccessor(encodeIndexKey([undefined])) ?? "";
    return this.#scan("by_completed_time", start, encodeIndexKey([beforeMs]), limit).slice(
      0,
      limit,
    );
  }

  /** Up to `limit` of each table. */
  #scan(indexName: string, start: string, end: string | null, limit: number): JobRow[] {
    const { durableTs } = this.#store;
    return this.#tables.flatMap((table) => {
      const index = indexOf(table, indexName);
      const entries = this.#store.scan(index, start, end, "asc", limit, durableTs);
      return entries.map(({ document }) => document.value as unknown as JobRow);
    });
  }
}

function indexOf(table: Table, name: string): Index {
  const index = table.indexes.get(name);
  assert(index, `the system index ${name} exists`);
  return index;
}
