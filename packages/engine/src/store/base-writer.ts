import type { Environment, Timer } from "../base/environment.ts";
import { limits } from "../base/limits.ts";
import type { Persistence } from "../persistence/persistence.ts";
import type { Commit } from "./committer.ts";
import type { DocumentStore } from "./document-store.ts";
import { RequestSweep } from "./request-sweep.ts";

/**
 * Moves durable commits from the log into the tables, behind everybody's back.
 *
 * It works in small slices between other work, some seconds behind the log, and never past the
 * oldest snapshot that somebody reads. Losing it costs nothing: the log still has the commits.
 */
export class BaseWriter {
  readonly #store: DocumentStore;
  readonly #persistence: Persistence;
  readonly #environment: Environment;
  readonly #requestSweep: RequestSweep;
  #waiting: Commit[] = [];
  #waitingWrites = 0;
  #isScheduled = false;
  #isClosed = false;
  #timer: Timer | null = null;

  constructor(store: DocumentStore, persistence: Persistence, environment: Environment) {
    this.#store = store;
    this.#persistence = persistence;
    this.#environment = environment;
    this.#requestSweep = new RequestSweep(persistence, environment);
  }

  add(commits: readonly Commit[]): void {
    for (const commit of commits) {
      this.#waiting.push(commit);
      this.#waitingWrites += commit.baseWrites.length + 1;
    }
    this.#schedule(limits.baseLagMs / 4);
  }

  /** Moves what it can in a second, lag or not, so that the next start has little to replay. */
  drain(): void {
    const untilMs = this.#environment.monotonicMs() + limits.baseDrainMs;
    while (this.#environment.monotonicMs() < untilMs) {
      if (!this.#moveSlice(Number.POSITIVE_INFINITY, limits.baseDrainBatchWritesMax)) return;
    }
  }

  /** Whether the tables have everything. */
  get isDone(): boolean {
    return this.#waiting.length === 0;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #schedule(delayMs: number): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    const run = () => {
      this.#isScheduled = false;
      if (this.#isClosed) return;
      const excess = this.#waitingWrites - limits.overlayWritesMax;
      const newestMs =
        excess > 0 ? Number.POSITIVE_INFINITY : this.#environment.monotonicMs() - limits.baseLagMs;
      // The more has come in during a turn of the loop, the more must go out in one.
      const writesMax = limits.baseBatchWritesMax + Math.max(0, Math.ceil(excess / 4));
      try {
        const moved = this.#moveSlice(newestMs, writesMax);
        if (!moved || this.#waiting.length === 0) {
          this.#persistence.checkpoint();
          this.#requestSweep.step();
        }
        if (this.#waiting.length > 0) this.#schedule(moved ? 0 : limits.baseLagMs / 4);
      } catch (error) {
        this.#environment.log(
          "error",
          "Moving commits into the tables failed; the log keeps them.",
          {
            error: String(error),
          },
        );
        this.#schedule(limits.baseLagMs);
      }
    };
    if (delayMs === 0) this.#environment.defer(run);
    else this.#timer = this.#environment.setTimer(delayMs, run);
  }

  /** One transaction's worth of commits staged before `newestMs`; false when there was nothing to do. */
  #moveSlice(newestMs: number, writesMax: number): boolean {
    const oldestReadTs = this.#store.oldestReadTs();
    let count = 0;
    let writes = 0;
    for (const commit of this.#waiting) {
      if (commit.ts > oldestReadTs || commit.stagedMs > newestMs) break;
      if (writes >= writesMax) break;
      writes += commit.baseWrites.length + 1;
      count++;
    }
    if (count === 0) return false;
    const commits = this.#waiting.slice(0, count);
    const throughTs = commits.at(-1)!.ts;
    this.#persistence.applyBase({
      throughTs,
      writes: commits.flatMap((commit) => commit.baseWrites),
      requests: commits.flatMap((commit) => commit.request ?? []),
    });
    this.#store.oldestKeptTs = throughTs;
    this.#waiting.splice(0, count);
    this.#waitingWrites -= writes;
    for (const commit of commits) {
      this.#store.noteMoved(commit.indexChanges, throughTs);
      if (commit.request) this.#store.forgetRecentRequest(commit.request);
    }
    return true;
  }
}
