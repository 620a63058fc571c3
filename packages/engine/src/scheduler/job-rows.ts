import { assert } from "../base/assert.ts";
import { JOB_TABLE, type JobRow } from "../runtime/scheduled-job.ts";
import type { Index } from "../store/catalog.ts";
import type { DocumentStore } from "../store/document-store.ts";
import { encodeIndexKey, keySuccessor } from "../values/index-key.ts";

/** Reads of scheduled jobs by the engine's own indexes, as far as they are durable. */
export class JobRows {
  readonly #store: DocumentStore;

  constructor(store: DocumentStore) {
    this.#store = store;
  }

  /** The number of the index in which a commit that adds a job, or starts one, shows. */
  get pendingIndex(): number {
    return this.#index("by_state_and_time").number;
  }

  /** Jobs that wait, the earliest first. */
  pending(limit: number): JobRow[] {
    return this.#inState("pending", limit);
  }

  inProgress(limit: number): JobRow[] {
    return this.#inState("inProgress", limit);
  }

  /** Jobs that ended before then, the oldest first. */
  completedBefore(beforeMs: number, limit: number): JobRow[] {
    // Above the rows that have no such field.
    const start = keySuccessor(encodeIndexKey([undefined])) ?? "";
    return this.#scan("by_completed_time", start, encodeIndexKey([beforeMs]), limit);
  }

  #inState(kind: "pending" | "inProgress", limit: number): JobRow[] {
    const prefix = encodeIndexKey([kind]);
    return this.#scan("by_state_and_time", prefix, keySuccessor(prefix), limit);
  }

  #scan(indexName: string, start: string, end: string | null, limit: number): JobRow[] {
    const { durableTs } = this.#store;
    const entries = this.#store.scan(this.#index(indexName), start, end, "asc", limit, durableTs);
    return entries.map(({ document }) => document.value as unknown as JobRow);
  }

  #index(name: string): Index {
    const index = this.#store.catalog.ensureTable(JOB_TABLE).indexes.get(name);
    assert(index, `the system index ${name} exists`);
    return index;
  }
}
