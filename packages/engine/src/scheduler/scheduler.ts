import { EngineError } from "../base/engine-error.ts";
import type { Environment, Timer } from "../base/environment.ts";
import { limits } from "../base/limits.ts";
import { ANONYMOUS } from "../identity/caller.ts";
import { findFunction } from "../runtime/call-function.ts";
import type { FunctionCall } from "../runtime/run-transaction.ts";
import type { Runtime } from "../runtime/runtime.ts";
import {
  functionOfJob,
  JOB_TABLE,
  type JobRow,
  patchJob,
  readJob,
} from "../runtime/scheduled-job.ts";
import type { RuntimeServices } from "../runtime/services.ts";
import type { Commit } from "../store/committer.ts";
import { Alarm } from "./alarm.ts";
import { JobRows } from "./job-rows.ts";

const ROWS_PER_STEP = 100;
const CRASHED = "Transient error while executing action";

export interface SchedulerOptions {
  /** The clock and timers that jobs wait by; the engine's own where it is not given. */
  jobEnvironment?: Environment;
  runningMax?: number;
  clockCheckMs?: number;
}

/**
 * Runs scheduled functions when their time has come.
 *
 *   pending ─┬─ mutation: effects and "success" in one commit ──────────────── exactly once
 *            └─ action: "inProgress" durable ─ run ─ "success" or "failed" ─── at most once
 *
 * What is to be done stands in the rows of `_scheduled_functions` and nowhere else; this holds only
 * which of them are running and when to look next. A job is started from the alarm alone, by what
 * is durable, so a job that was rolled back or canceled before is never seen.
 */
export class Scheduler {
  readonly #services: RuntimeServices;
  readonly #runtime: Runtime;
  #rows: JobRows;
  readonly #environment: Environment;
  readonly #runningMax: number;
  readonly #alarm: Alarm;
  readonly #running = new Map<string, Promise<void>>();
  #isStarted = false;
  /** After trouble nothing is started before this time of the monotonic clock. */
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #retryMs: number = limits.jobRetryMs;
  #sweepTimer: Timer | null = null;

  constructor(services: RuntimeServices, runtime: Runtime, options: SchedulerOptions = {}) {
    this.#services = services;
    this.#runtime = runtime;
    this.#rows = openRows(services);
    this.#environment = options.jobEnvironment ?? services.environment;
    this.#runningMax = options.runningMax ?? limits.runningJobsMax;
    this.#alarm = new Alarm(this.#environment, options.clockCheckMs ?? limits.clockCheckMs, () =>
      this.#startDue(),
    );
  }

  get runningJobs(): number {
    return this.#running.size;
  }

  /** Whether anything waits for its time, or for its turn. */
  get hasPendingJobs(): boolean {
    return this.#rows.pending(1).length > 0;
  }

  /** Settles what a crash has interrupted, then begins to run what is due. */
  async start(): Promise<void> {
    while (await this.#failInterrupted()) {}
    this.#isStarted = true;
    this.setAlarm();
    this.#sweep();
  }

  /** Other components are in force, each with a table of its own. */
  noteComponents(): void {
    this.#rows = openRows(this.#services);
    this.setAlarm();
  }

  /** News of commits, in order. */
  noteCommits(commits: readonly Commit[]): void {
    if (this.#rows.noteCommits(commits)) this.setAlarm();
  }

  /** Sets the alarm for the job that is next; again, where the timers have been replaced. */
  setAlarm(): void {
    if (!this.#isStarted || this.#running.size >= this.#runningMax) return;
    const next = this.#waiting(1)[0];
    if (!next) {
      this.#alarm.clear();
      return;
    }
    const pauseMs = Math.max(0, this.#pausedUntilMs - this.#services.environment.monotonicMs());
    this.#alarm.set(Math.max(next.scheduledTime, this.#environment.nowMs() + pauseMs));
  }

  /** Resolves once nothing runs any more of what has been started by then. */
  async whenQuiet(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  /** Starts nothing from now on; resolves once what was under way has ended. */
  close(): Promise<void> {
    this.#isStarted = false;
    this.#alarm.clear();
    this.#sweepTimer?.cancel();
    return this.whenQuiet();
  }

  #startDue(): void {
    if (!this.#isStarted) return;
    const nowMs = this.#environment.nowMs();
    const free = Math.min(this.#runningMax - this.#running.size, ROWS_PER_STEP);
    const isPaused = this.#services.environment.monotonicMs() < this.#pausedUntilMs;
    for (const job of isPaused ? [] : this.#waiting(free)) {
      if (job.scheduledTime > nowMs) break;
      const ended = this.#run(job).finally(() => {
        this.#running.delete(job._id);
        this.setAlarm();
      });
      this.#running.set(job._id, ended);
    }
    this.setAlarm();
  }

  /** The next jobs by time that are not running yet. */
  #waiting(count: number): JobRow[] {
    const rows = this.#rows.pending(count + this.#running.size);
    return rows.filter((job) => !this.#running.has(job._id)).slice(0, count);
  }

  /** Runs one job as far as it goes; never rejects. */
  async #run(job: JobRow): Promise<void> {
    try {
      // A function that has gone since is run too: the attempt says so in the row.
      const found = findFunction(this.#services, functionOfJob(this.#services, job));
      const kind = found?.registered.kind === "action" ? "action" : "mutation";
      if (kind === "action") await this.#runAction(job);
      else await this.#runMutation(job);
      this.#retryMs = limits.jobRetryMs;
    } catch (error) {
      this.#pause(job, error);
    }
  }

  async #runMutation(job: JobRow): Promise<void> {
    await this.#runtime.runMutationJob({
      call: this.#callOf(job, "mutation"),
      isDue: (state) => readJob(this.#services, state, job._id)?.state.kind === "pending",
      complete: (state, error) => this.#complete(state, job._id, error),
    });
  }

  async #runAction(job: JobRow): Promise<void> {
    const isTaken = await this.#runtime.runOwn((state) => {
      if (readJob(this.#services, state, job._id)?.state.kind !== "pending") return false;
      patchJob(this.#services, state, job._id, { state: { kind: "inProgress" } });
      return true;
    });
    if (!isTaken) return;
    const error = await this.#runtime.runActionJob(this.#callOf(job, "action"));
    for (;;) {
      try {
        await this.#runtime.runOwn((state) => {
          const isCurrent = readJob(this.#services, state, job._id)?.state.kind === "inProgress";
          if (isCurrent) this.#complete(state, job._id, error);
        });
        return;
      } catch (trouble) {
        this.#pause(job, trouble);
        // Not started any more: the next start finds the row in progress and settles it.
        if (!this.#isStarted) return;
        await this.#wait(this.#retryMs);
      }
    }
  }

  #complete(state: Parameters<typeof patchJob>[1], id: string, error: string | null): void {
    patchJob(this.#services, state, id, {
      state: error === null ? { kind: "success" } : { kind: "failed", error },
      completedTime: this.#environment.nowMs(),
    });
  }

  /** Operating trouble: nothing has happened, the row still says what is to be done. */
  #pause(job: JobRow, error: unknown): void {
    const isExpected = error instanceof EngineError && error.kind === "ShuttingDown";
    if (isExpected) return;
    const { environment } = this.#services;
    environment.log("warn", "A scheduled function has to wait.", {
      function: job.name,
      retryInMs: this.#retryMs,
      reason: String(error),
    });
    this.#pausedUntilMs = environment.monotonicMs() + this.#retryMs;
    this.#retryMs = Math.min(this.#retryMs * 2, limits.jobRetryMaxMs);
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#services.environment.setTimer(delayMs, resolve));
  }

  /** An action that was under way when the process ended may have acted: it is not run again. */
  #failInterrupted(): Promise<boolean> {
    return this.#runtime.runOwn((state) => {
      const rows = this.#rows.inProgress(ROWS_PER_STEP);
      for (const { _id } of rows) this.#complete(state, _id, CRASHED);
      return rows.length === ROWS_PER_STEP;
    });
  }

  /** Deletes old results, a bounded number at a time, and comes back. */
  #sweep(): void {
    const again = (delayMs: number) => {
      if (!this.#isStarted) return;
      this.#sweepTimer = this.#services.environment.setTimer(delayMs, () => this.#sweep());
    };
    const beforeMs = this.#environment.nowMs() - limits.scheduledResultsKeptMs;
    this.#runtime
      .runOwn((state) => {
        const { catalog } = this.#services.store;
        const rows = this.#rows.completedBefore(beforeMs, limits.jobSweepRowsMax);
        for (const { _id } of rows) state.transaction.write(catalog.tableOfId(_id)!, _id, null);
        return rows.length === limits.jobSweepRowsMax;
      })
      .then(
        (hasMore) => again(hasMore ? limits.jobRetryMs : limits.jobSweepMs),
        () => again(limits.jobSweepMs),
      );
  }

  /** Nobody is signed in where nobody is there. */
  #callOf(job: JobRow, kind: "mutation" | "action"): FunctionCall {
    return {
      path: functionOfJob(this.#services, job),
      args: job.args[0],
      caller: ANONYMOUS,
      allowsInternal: true,
      job: { id: job._id, kind },
    };
  }
}

function openRows({ store, components }: RuntimeServices): JobRows {
  const tables = components.all().map((component) => component.tables.ensureTable(JOB_TABLE));
  return new JobRows(store, tables);
}
