import type { EngineError } from "../base/engine-error.ts";
import { limits } from "../base/limits.ts";
import type { Caller } from "../identity/caller.ts";
import type { Committer } from "../store/committer.ts";
import { type ActionCalls, ActionInvocation } from "./action-invocation.ts";
import { callFunction, requireFunction } from "./call-function.ts";
import type { RequestOrigin } from "./call-metadata.ts";
import { requireNotStopped } from "./checkpoint.ts";
import { installConvexGlobal, runInInvocation } from "./invocation.ts";
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

  constructor(
    services: RuntimeServices,
    committer: Committer,
    onDiskFailed: (error: EngineError) => void,
  ) {
    installConvexGlobal();
    this.#services = services;
    this.#mutations = new MutationQueue(services, committer, onDiskFailed);
  }

  /** The newest timestamp that anybody may be shown. */
  get durableTs(): bigint {
    return this.#services.store.durableTs;
  }

  /** What of a public query is the same for all callers, where it says so. */
  partsOf(path: string): QueryParts | null {
    return this.#services.registry.find(path)?.parts ?? null;
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
    const invocation = this.#openAction(call);
    try {
      const valueJson = await this.#performAction(call, invocation);
      return { ok: true, valueJson, logLines: invocation.log.lines };
    } catch (error) {
      return failedResult(this.#services, call.path, error, invocation.log.lines);
    } finally {
      invocation.close();
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
      const state = openTransaction(this.#services, ts, null, job);
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
    const invocation = this.#openAction(call);
    try {
      await this.#performAction(call, invocation);
      return null;
    } catch (error) {
      return describeJobFailure(this.#services, call.path, error);
    } finally {
      invocation.close();
    }
  }

  /** Answers a request by the router of `http.ts`; the path is the one that the router knows. */
  async runHttpAction(request: Request, caller: Caller, origin?: RequestOrigin): Promise<Response> {
    const router = this.#services.registry.httpRouter;
    const { pathname } = new URL(request.url);
    if (!router) {
      const text = "This Convex deployment does not have HTTP actions enabled.";
      return new Response(text, { status: 404 });
    }
    const method = request.method === "HEAD" ? "GET" : request.method;
    const found = router.lookup(pathname, method);
    if (!found) return new Response(`No HttpAction routed for ${pathname}`, { status: 404 });
    const invocation = this.#openAction({ caller, ...(origin ? { origin } : {}) });
    const { environment } = this.#services;
    try {
      invocation.functionPath = `http ${found[2]}`;
      const running = runInInvocation(invocation, () => found[0].invokeHttpAction!(request));
      const response = await withDeadline(environment, limits.actionWallMs, running);
      requireNotStopped(invocation);
      return response;
    } catch (error) {
      const failed = failedResult(this.#services, `http ${found[2]}`, error, []);
      const code = failed.ok ? "" : failed.errorMessage.replaceAll("\n", ": ");
      return Response.json({ code, trace: "" }, { status: 500 });
    } finally {
      invocation.close();
    }
  }

  /** Refuses further mutations; resolves once those under way are answered. */
  close(): Promise<void> {
    return this.#mutations.close();
  }

  async #performAction(call: FunctionCall, invocation: ActionInvocation): Promise<string> {
    const registered = requireFunction(this.#services, call.path, "action", call.allowsInternal);
    const running = callFunction(this.#services, registered, call.args, invocation);
    return withDeadline(this.#services.environment, limits.actionWallMs, running);
  }

  #openAction(call: ConstructorParameters<typeof ActionInvocation>[2]): ActionInvocation {
    return new ActionInvocation(this.#services, this.#actionCalls(), call);
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
