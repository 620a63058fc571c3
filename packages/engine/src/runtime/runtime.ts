import { noteRunning } from "../base/event-loop-watch.ts";
import { limits } from "../base/limits.ts";
import { tameThrown } from "../base/thrown.ts";
import type { Caller } from "../identity/caller.ts";
import type { Committer } from "../store/committer.ts";
import { type ActionCalls, ActionInvocation } from "./action-invocation.ts";
import { callFunction, requireCalled } from "./call-function.ts";
import type { CallOrigin } from "./call-metadata.ts";
import { requireNotStopped } from "./checkpoint.ts";
import { RunningFunction } from "./function-runs.ts";
import { findRoute, httpActionFailure } from "./http-route.ts";
import { FunctionLog, installConvexGlobal, runInInvocation } from "./invocation.ts";
import { describeJobFailure, type MutationJob, performMutationJob } from "./mutation-job.ts";
import { MutationQueue, type SessionRequest } from "./mutation-queue.ts";
import type { FunctionResult, MutationOutcome, QueryOutcome } from "./outcome.ts";
import type { QueryParts } from "./registered-function.ts";
import {
  type FunctionCall,
  failedResult,
  openTransaction,
  runInTransaction,
  withDeadline,
} from "./run-transaction.ts";
import type { JobContext } from "./scheduled-job.ts";
import type { RuntimeServices } from "./services.ts";
import type { TransactionState } from "./transaction-state.ts";

/** Runs user functions: the one door to them for sockets, HTTP and the host. */
export class Runtime {
  readonly #services: RuntimeServices;
  readonly #mutations: MutationQueue;

  constructor(services: RuntimeServices, committer: Committer) {
    installConvexGlobal();
    this.#services = services;
    this.#mutations = new MutationQueue(services, committer);
  }

  /** The newest timestamp that anybody may be shown. */
  get durableTs(): bigint {
    return this.#services.store.durableTs;
  }

  /** What of a public query is the same for all callers, where it says so. */
  partsOf(path: string): QueryParts | null {
    return this.#services.components.app.registry.find(path)?.parts ?? null;
  }

  /** Runs a query at `ts`, which must not be older than the oldest pinned snapshot. */
  async runQuery(
    call: FunctionCall,
    ts: bigint = this.durableTs,
    journal: string | null = null,
  ): Promise<QueryOutcome> {
    const unpin = this.#services.store.pin(ts);
    try {
      const { result, state } = await runInTransaction(this.#services, "query", call, ts, journal);
      return {
        result,
        readSet: state.transaction.readSet,
        usedIdentity: state.usedIdentity,
        journal: state.endJournal,
      };
    } finally {
      unpin();
    }
  }

  /** Runs a mutation in its turn; resolves once it is durable. */
  runMutation(call: FunctionCall, request: SessionRequest | null = null): Promise<MutationOutcome> {
    return this.#mutations.run(call, request);
  }

  async runAction(call: FunctionCall): Promise<FunctionResult> {
    const log = new FunctionLog();
    const run = new RunningFunction(this.#services, "action", call.path);
    try {
      const valueJson = await this.#performAction(call, log);
      run.succeeded(log.lines);
      return { ok: true, valueJson, logLines: log.lines };
    } catch (error) {
      const result = failedResult(this.#services, call.path, error, log.lines);
      run.failed(log.lines, error, result.requestId);
      return result;
    }
  }

  /**
   * Work of the engine's own in a transaction of its own, in its turn among the mutations.
   *
   * @param job The job of the action that asks for it.
   * @throws What `work` throws; EngineError when the queue or the disk refuses.
   */
  runOwn<T>(work: (state: TransactionState) => T, job: JobContext | null = null): Promise<T> {
    return this.#mutations.runOwn(async (ts) => {
      const state = openTransaction(this.#services, ts, null, { job });
      return { state, value: work(state) };
    });
  }

  /** Runs `work` while no mutation is under way; those that come meanwhile wait. */
  runAlone(work: () => Promise<void>): Promise<void> {
    return this.#mutations.runAlone(work);
  }

  /** Runs a mutation as a job: what it did and what became of it are one commit. */
  runMutationJob(job: MutationJob): Promise<void> {
    return this.#mutations.runOwn((ts) => performMutationJob(this.#services, job, ts));
  }

  /** Runs an action as a job; returns the error's text, null for success. Never rejects. */
  async runActionJob(call: FunctionCall): Promise<string | null> {
    const log = new FunctionLog();
    const run = new RunningFunction(this.#services, "action", call.path);
    try {
      await this.#performAction(call, log);
      run.succeeded(log.lines);
      return null;
    } catch (error) {
      run.failed(log.lines, error);
      return describeJobFailure(this.#services, call.path, error);
    }
  }

  /** Answers a request by the routers of `http.ts`; the path is the one that they know. */
  async runHttpAction(request: Request, caller: Caller, origin?: CallOrigin): Promise<Response> {
    const route = findRoute(this.#services.components, request);
    if (route instanceof Response) return route;
    const { component, endpoint, path } = route;
    const call = { component, caller, ...(origin ? { origin } : {}) };
    const invocation = new ActionInvocation(this.#services, this.#actionCalls(), call);
    const { environment } = this.#services;
    const run = new RunningFunction(this.#services, "httpAction", `${request.method} ${path}`);
    try {
      invocation.functionPath = `http ${path}`;
      invocation.mark = this.#services.stuckCalls.admit(
        invocation.functionPath,
        `${request.method} ${request.url}`,
      );
      noteRunning(invocation.mark);
      const running = runInInvocation(invocation, () => endpoint.invokeHttpAction!(request));
      const response = await withDeadline(environment, limits.actionWallMs, running);
      requireNotStopped(invocation);
      if (!(response instanceof Response)) {
        throw new TypeError("An HTTP action must return a Response, and this one did not.");
      }
      run.succeeded(invocation.log.lines);
      return response;
    } catch (thrown) {
      const error = tameThrown(thrown);
      const failed = failedResult(this.#services, `http ${path}`, error, []);
      run.failed(invocation.log.lines, error, failed.requestId);
      return Response.json(httpActionFailure(failed), { status: 500 });
    } finally {
      invocation.close();
    }
  }

  /** Refuses further mutations; resolves once those under way are answered. */
  close(): Promise<void> {
    return this.#mutations.close();
  }

  async #performAction(call: FunctionCall, log: FunctionLog): Promise<string> {
    const found = requireCalled(this.#services, call, "action");
    const action = { ...call, component: found.component };
    const invocation = new ActionInvocation(this.#services, this.#actionCalls(), action, log);
    try {
      const running = callFunction(found, call.args, invocation);
      return await withDeadline(this.#services.environment, limits.actionWallMs, running);
    } finally {
      invocation.close();
    }
  }

  #actionCalls(): ActionCalls {
    return {
      runOwn: (work, job) => this.runOwn(work, job),
      runQuery: async (call: FunctionCall) => (await this.runQuery(call)).result,
      runMutation: async (call: FunctionCall) => (await this.runMutation(call)).result,
      runAction: (call: FunctionCall) => this.runAction(call),
    };
  }
}
