import type { EngineError } from "../base/engine-error.ts";
import { limits } from "../base/limits.ts";
import type { Caller } from "../identity/caller.ts";
import type { Committer } from "../store/committer.ts";
import { ActionInvocation } from "./action-invocation.ts";
import { callFunction, requireFunction } from "./call-function.ts";
import { installConvexGlobal, runInInvocation } from "./invocation.ts";
import { MutationQueue, type SessionRequest } from "./mutation-queue.ts";
import type { FunctionResult, MutationOutcome, QueryOutcome } from "./outcome.ts";
import {
  type FunctionCall,
  failedResult,
  runInTransaction,
  withDeadline,
} from "./run-transaction.ts";
import type { RuntimeServices } from "./services.ts";

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
    const invocation = new ActionInvocation(this.#services, this.#actionCalls(), call.caller);
    const { environment } = this.#services;
    try {
      const registered = requireFunction(this.#services, call.path, "action", call.allowsInternal);
      const running = callFunction(this.#services, registered, call.args, invocation);
      const valueJson = await withDeadline(environment, limits.actionWallMs, running);
      return { ok: true, valueJson, logLines: invocation.log.lines };
    } catch (error) {
      return failedResult(this.#services, call.path, error, invocation.log.lines);
    } finally {
      invocation.close();
    }
  }

  /** Answers a request by the router of `http.ts`; the path is the one that the router knows. */
  async runHttpAction(request: Request, caller: Caller): Promise<Response> {
    const router = this.#services.registry.httpRouter;
    const { pathname } = new URL(request.url);
    if (!router) {
      const text = "This Convex deployment does not have HTTP actions enabled.";
      return new Response(text, { status: 404 });
    }
    const method = request.method === "HEAD" ? "GET" : request.method;
    const found = router.lookup(pathname, method);
    if (!found) return new Response(`No HttpAction routed for ${pathname}`, { status: 404 });
    const invocation = new ActionInvocation(this.#services, this.#actionCalls(), caller);
    const { environment } = this.#services;
    try {
      const running = runInInvocation(invocation, () => found[0].invokeHttpAction!(request));
      return await withDeadline(environment, limits.actionWallMs, running);
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

  #actionCalls() {
    return {
      runQuery: async (call: FunctionCall) => (await this.runQuery(call)).result,
      runMutation: async (call: FunctionCall) => (await this.runMutation(call)).result,
      runAction: (call: FunctionCall) => this.runAction(call),
    };
  }
}
