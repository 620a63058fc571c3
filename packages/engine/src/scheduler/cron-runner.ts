import { EngineError } from "../base/engine-error.ts";
import { limits } from "../base/limits.ts";
import { ANONYMOUS } from "../identity/caller.ts";
import type { FunctionCall } from "../runtime/run-transaction.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { RuntimeServices } from "../runtime/services.ts";
import type { TransactionState } from "../runtime/transaction-state.ts";
import { Alarm } from "./alarm.ts";
import { type CronRow, deleteCronRow, readCronRows, writeCronRow } from "./cron-rows.ts";
import { type CronJob, nextRun } from "./cron-schedule.ts";

interface Cron {
  job: CronJob;
  /** As it is kept, or is about to be. */
  row: CronRow;
  running: Promise<void> | null;
  /** After trouble it is not tried before this time of the monotonic clock. */
  pausedUntilMs: number;
}

/**
 * Runs the jobs of `crons.ts`.
 *
 * It holds when each job runs next, as the table `_cron_jobs` keeps it. A mutation's next time is
 * part of its own commit, so each time runs once; an action's is durable before it starts, so none
 * runs twice. One run of a job at a time; times that come meanwhile, or while nobody was there, are
 * one late run at most.
 */
export class CronRunner {
  readonly #services: RuntimeServices;
  readonly #runtime: Runtime;
  #jobs: readonly CronJob[];
  readonly #alarm: Alarm;
  #crons: Cron[] = [];
  readonly #running = new Set<Promise<void>>();
  #isStarted = false;

  constructor(services: RuntimeServices, runtime: Runtime, jobs: readonly CronJob[]) {
    this.#services = services;
    this.#runtime = runtime;
    this.#jobs = jobs;
    this.#alarm = new Alarm(services.environment, limits.clockCheckMs, () => this.#startDue());
  }

  /** Makes what is kept agree with `crons.ts`, then begins to run what is due. */
  async start(): Promise<void> {
    await this.#replaceRows();
    this.#isStarted = true;
    this.#setAlarm();
  }

  /** Another `crons.ts` is in force. What runs goes on; a job that is gone does not run again. */
  async replace(jobs: readonly CronJob[]): Promise<void> {
    this.#jobs = jobs;
    if (!this.#isStarted) return;
    await this.#replaceRows();
    this.#setAlarm();
  }

  /** Starts nothing from now on; resolves once what was under way has ended. */
  async close(): Promise<void> {
    this.#isStarted = false;
    this.#alarm.clear();
    await Promise.all(this.#running);
  }

  async #replaceRows(): Promise<void> {
    await this.#runtime.runOwn((state) => {
      const rows = this.#agree(state);
      const former = new Map(this.#crons.map((cron) => [cron.row._id, cron]));
      // In this turn, so that no run of before moves a row that is gone, or the time of another job.
      this.#crons = this.#jobs.map((job, place) => {
        const row = rows[place]!;
        const same = former.get(row._id);
        if (same?.row.spec === row.spec) return same;
        return { job, row, running: null, pausedUntilMs: Number.NEGATIVE_INFINITY };
      });
    });
  }

  /** A job that is as it was keeps its time; a new or changed one starts anew; others are removed. */
  #agree(state: TransactionState): CronRow[] {
    const kept = new Map<string, CronRow>();
    for (const row of readCronRows(this.#services, state)) kept.set(row.identifier, row);
    const rows = this.#jobs.map((job) => {
      const spec = JSON.stringify(job);
      const before = kept.get(job.identifier);
      kept.delete(job.identifier);
      if (before?.spec === spec) return before;
      const row = {
        _id: before?._id ?? null,
        identifier: job.identifier,
        spec,
        nextMs: nextRun(job.timing, this.#nowMs(), null),
      };
      return { ...row, _id: writeCronRow(this.#services, state, row) };
    });
    for (const { _id } of kept.values()) deleteCronRow(this.#services, state, _id);
    return rows;
  }

  #startDue(): void {
    if (!this.#isStarted) return;
    for (const cron of this.#crons) {
      if (cron.running || this.#dueMs(cron) > this.#nowMs()) continue;
      const running = this.#run(cron).finally(() => {
        cron.running = null;
        this.#running.delete(running);
        this.#setAlarm();
      });
      cron.running = running;
      this.#running.add(running);
    }
    this.#setAlarm();
  }

  #setAlarm(): void {
    if (!this.#isStarted) return;
    const waiting = this.#crons.filter(({ running }) => !running);
    for (const cron of waiting) this.#heedClock(cron);
    const nextMs = Math.min(...waiting.map((cron) => this.#dueMs(cron)));
    if (Number.isFinite(nextMs)) this.#alarm.set(nextMs);
    else this.#alarm.clear();
  }

  #dueMs({ row, pausedUntilMs }: Cron): number {
    if (row.nextMs === null) return Number.POSITIVE_INFINITY;
    const pauseMs = pausedUntilMs - this.#services.environment.monotonicMs();
    return pauseMs > 0 ? Math.max(row.nextMs, this.#nowMs() + pauseMs) : row.nextMs;
  }

  /** A clock that was ahead and is set back must not make anything wait for the time it had. */
  #heedClock(cron: Cron): void {
    const nowMs = this.#nowMs();
    const latestMs = nextRun(cron.job.timing, nowMs, nowMs);
    if (latestMs === null || cron.row.nextMs === null || cron.row.nextMs <= latestMs) return;
    cron.row = { ...cron.row, nextMs: latestMs };
  }

  /** Runs it once, or not at all after trouble; never rejects. */
  async #run(cron: Cron): Promise<void> {
    try {
      if (cron.job.kind === "mutation") await this.#runMutation(cron);
      else await this.#runAction(cron);
    } catch (error) {
      if (error instanceof EngineError && error.kind === "ShuttingDown") return;
      const { environment } = this.#services;
      environment.log("warn", "A cron has to wait.", {
        cron: cron.job.identifier,
        reason: String(error),
      });
      cron.pausedUntilMs = environment.monotonicMs() + limits.jobRetryMaxMs;
    }
  }

  async #runMutation(cron: Cron): Promise<void> {
    const row = this.#following(cron);
    await this.#runtime.runMutationJob({
      call: callOf(cron.job),
      isDue: () => this.#isInForce(cron),
      complete: (state) => writeCronRow(this.#services, state, row),
    });
    cron.row = row;
  }

  async #runAction(cron: Cron): Promise<void> {
    await this.#advance(cron);
    if (!this.#isInForce(cron)) return;
    await this.#runtime.runActionJob(callOf(cron.job));
    if (cron.row.nextMs !== null && cron.row.nextMs <= this.#nowMs()) await this.#advance(cron);
  }

  async #advance(cron: Cron): Promise<void> {
    const row = this.#following(cron);
    await this.#runtime.runOwn((state) => {
      if (this.#isInForce(cron)) writeCronRow(this.#services, state, row);
    });
    cron.row = row;
  }

  #isInForce(cron: Cron): boolean {
    return this.#crons.includes(cron);
  }

  /** The row with the first time that is still to come. */
  #following({ job, row }: Cron): CronRow {
    const nowMs = this.#nowMs();
    const previousMs = Math.min(row.nextMs ?? nowMs, nowMs);
    return { ...row, nextMs: nextRun(job.timing, nowMs, previousMs) };
  }

  #nowMs(): number {
    return this.#services.environment.nowMs();
  }
}

/** Nobody is signed in where nobody is there. */
function callOf({ path, args }: CronJob): FunctionCall {
  return { path, args, caller: ANONYMOUS, allowsInternal: true };
}
