import type { Environment } from "../base/environment.ts";
import type {
  BaseWrite,
  LogRecord,
  Persistence,
  RequestRecord,
} from "../persistence/persistence.ts";
import { hasCommitTs, resolveCommitTs } from "../values/commit-ts.ts";
import { type DocumentChange, indexChange } from "./document-change.ts";
import type { DocumentStore } from "./document-store.ts";
import { encodeLogBody } from "./log-body.ts";
import type { IndexChange } from "./overlay.ts";
import { StoredDocument } from "./stored-document.ts";

/** A commit that is in the overlay and on its way to the base. */
export interface Commit {
  ts: bigint;
  stagedMs: number;
  indexChanges: IndexChange[];
  baseWrites: BaseWrite[];
  request: RequestRecord | null;
}

export type RequestToRecord = Omit<RequestRecord, "ts" | "wallMs">;

/**
 * The turn in the life of a message: stamp, durable append, publish.
 *
 * Commits are staged one by one as mutations finish: the next mutation sees them, nobody else does.
 * `flush` makes the whole group durable with one sync and only then moves `durableTs`; if the disk
 * refuses, the group is taken back as if it had never run.
 *
 *   stage a ─ stage b ─ stage c ─ flush: [log a b c, one sync] ─ durableTs = c ─ onDurable([a b c])
 */
export class Committer {
  readonly #store: DocumentStore;
  readonly #persistence: Persistence;
  readonly #environment: Environment;
  readonly #onDurable: (commits: readonly Commit[]) => void;
  #staged: Array<{ commit: Commit; record: LogRecord }> = [];
  #lastTs: bigint;

  constructor(
    store: DocumentStore,
    persistence: Persistence,
    environment: Environment,
    onDurable: (commits: readonly Commit[]) => void,
  ) {
    this.#store = store;
    this.#persistence = persistence;
    this.#environment = environment;
    this.#onDurable = onDurable;
    this.#lastTs = store.headTs;
  }

  /**
   * Gives the changes a timestamp, where they wait for it too, and shows them to the next mutation.
   *
   * @param ts One that was taken before, if what is staged had to know it.
   * @returns The timestamp.
   */
  stage(
    unstamped: readonly DocumentChange[],
    request: RequestToRecord | null,
    ts: bigint = this.takeTs(),
  ): bigint {
    const nowMs = this.#environment.nowMs();
    const changes = unstamped.map((change) => stamp(change, ts));
    const indexed = changes.map(indexChange);
    const recorded = request && { ...request, ts, wallMs: nowMs };
    const commit: Commit = {
      ts,
      stagedMs: this.#environment.monotonicMs(),
      indexChanges: indexed.flatMap((change) => change.indexChanges),
      baseWrites: indexed.map((change) => change.baseWrite),
      request: recorded,
    };
    this.#store.noteStaged(commit.indexChanges, ts);
    if (recorded) this.#store.rememberRequest(recorded);
    this.#staged.push({ commit, record: { ts, body: encodeLogBody(changes, recorded) } });
    return ts;
  }

  /**
   * Makes everything staged durable and publishes it.
   *
   * @throws EngineError "DiskFull" or "DiskFailed"; then nothing of the group has happened.
   */
  flush(): void {
    if (this.#staged.length === 0) return;
    const group = this.#staged;
    this.#staged = [];
    try {
      this.#persistence.appendLog(group.map(({ record }) => record));
    } catch (error) {
      this.#retract(group.map(({ commit }) => commit));
      throw error;
    }
    this.#store.durableTs = group.at(-1)!.commit.ts;
    this.#onDurable(group.map(({ commit }) => commit));
  }

  #retract(commits: readonly Commit[]): void {
    for (const { indexChanges, request } of commits) {
      this.#store.noteRetracted(indexChanges);
      if (request) this.#store.forgetRecentRequest(request);
    }
  }

  /**
   * The timestamp of the next commit. Strictly increasing whatever the wall clock does, and never
   * used again, also when nothing is committed with it or the group is taken back.
   */
  takeTs(): bigint {
    const wallTs = BigInt(Math.trunc(this.#environment.nowMs())) * 1_000_000n;
    this.#lastTs = wallTs > this.#lastTs ? wallTs : this.#lastTs + 1n;
    return this.#lastTs;
  }
}

/** The change with the commit's timestamp in the place of every placeholder. */
function stamp(change: DocumentChange, ts: bigint): DocumentChange {
  const { after } = change;
  if (!after || !hasCommitTs(after.json)) return change;
  return { ...change, after: new StoredDocument(after.id, resolveCommitTs(after.json, ts)) };
}
