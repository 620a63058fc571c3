import type { CallMark } from "../base/event-loop-watch.ts";
import { ANONYMOUS, type Caller, identityOf } from "../identity/caller.ts";
import type { JSONObject, JSONValue } from "../values/json.ts";
import { writeAuditLog } from "./audit-log.ts";
import {
  type CallOrigin,
  deploymentMetadata,
  functionMetadata,
  type RequestOrigin,
  requestMetadata,
  requestOf,
  tokenOf,
} from "./call-metadata.ts";
import type { Component } from "./components.ts";
import { FunctionCallError } from "./function-error.ts";
import { addressedFunction, splitFunctionName } from "./function-name.ts";
import { FunctionLog, type Invocation } from "./invocation.ts";
import type { FunctionResult } from "./outcome.ts";
import { type FunctionCall, openTransaction } from "./run-transaction.ts";
import { cancelJob, type JobContext, scheduleJob, scheduleRequestOf } from "./scheduled-job.ts";
import type { RuntimeServices } from "./services.ts";
import { getBlob, readStorage, storeBlob } from "./storage-calls.ts";
import type { ComponentFiles } from "./stored-files.ts";
import type { StuckCalls } from "./stuck-calls.ts";
import { createFunctionHandle } from "./transaction-invocation.ts";
import type { TransactionState } from "./transaction-state.ts";
import { vectorSearch } from "./vector-search.ts";

/** How an action calls other functions; each call is a transaction of its own. */
export interface ActionCalls {
  runQuery(call: FunctionCall): Promise<FunctionResult>;
  runMutation(call: FunctionCall): Promise<FunctionResult>;
  runAction(call: FunctionCall): Promise<FunctionResult>;
  /** Work of the engine's own in a transaction of its own. */
  runOwn<T>(work: (state: TransactionState) => T, job: JobContext | null): Promise<T>;
}

/** `router.runRequest` is how hosted Convex passes requests in and out as JSON; here they are passed as they are. */
const ROUTER_TEXT = "`runRequest` is not for functions: the engine itself asks the router.";

/** The call that an action was started with. */
export interface RunningAction {
  component: Component;
  caller: Caller;
  origin?: CallOrigin | RequestOrigin;
  job?: JobContext | null;
}

/** One call of an action or HTTP action: real clock, real chance, no database of its own. */
export class ActionInvocation implements Invocation {
  readonly isAction = true;
  readonly isNested = false;
  readonly parent = null;
  functionPath: string | null = null;
  mark: CallMark | null = null;
  readonly log: FunctionLog;
  readonly #services: RuntimeServices;
  readonly #calls: ActionCalls;
  readonly #component: Component;
  readonly #caller: Caller;
  readonly #job: JobContext | null;
  readonly #origin: RequestOrigin;
  #isClosed = false;

  constructor(
    services: RuntimeServices,
    calls: ActionCalls,
    call: RunningAction,
    log = new FunctionLog(),
  ) {
    this.log = log;
    this.#services = services;
    this.#calls = calls;
    this.#component = call.component;
    // Nobody is signed in in a component.
    this.#caller = call.component.path === "" ? call.caller : ANONYMOUS;
    this.#origin = { authToken: tokenOf(call.caller), ...requestOf(services, call.origin) };
    this.#job = call.job ?? null;
  }

  get stuckCalls(): StuckCalls {
    return this.#services.stuckCalls;
  }

  nowMs(): number {
    return this.#services.environment.nowMs();
  }

  random(): number {
    const bytes = this.#services.environment.randomBytes(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 4_294_967_296;
  }

  close(): void {
    this.#isClosed = true;
  }

  syscall(operation: string): string {
    throw new Error(`Unknown operation ${operation}`);
  }

  async asyncSyscall(operation: string, argumentsJson: string): Promise<string> {
    if (this.#isClosed) {
      throw new Error(`${operation} was called after the action had returned; await it.`);
    }
    const args = JSON.parse(argumentsJson) as Record<string, JSONValue | undefined>;
    switch (operation) {
      case "1.0/actions/query":
        return this.#unwrap(await this.#calls.runQuery(this.#callOf(args)));
      case "1.0/actions/mutation":
        return this.#unwrap(await this.#calls.runMutation(this.#callOf(args)));
      case "1.0/actions/action":
        return this.#unwrap(await this.#calls.runAction(this.#callOf(args)));
      case "1.0/getUserIdentity":
        return JSON.stringify(identityOf(this.#caller));
      case "1.0/getFunctionMetadata":
        return functionMetadata(this.functionPath ?? "", this.#component.path);
      case "1.0/getDeploymentMetadata":
        return deploymentMetadata(this.#services);
      case "1.0/getRequestMetadata":
        return requestMetadata(this.#origin, this.#caller, this.#job);
      case "1.0/createFunctionHandle":
        return JSON.stringify(createFunctionHandle(this.#services, args, this.#component.path));
      case "1.0/actions/schedule":
        return JSON.stringify(await this.#schedule(args));
      case "1.0/actions/cancel_job":
        await this.#calls.runOwn((state) => cancelJob(this.#component, state, args.id), this.#job);
        return "null";
      case "1.0/storageGetUrl":
      case "1.0/storageGetMetadata":
        return readStorage(this.#files(), this.#snapshot(), operation, args);
      case "1.0/storageGenerateUploadUrl":
        return JSON.stringify(this.#files().uploadUrl());
      case "1.0/storageDelete":
        await this.#calls.runOwn((state) => this.#files().delete(state, args.storageId), this.#job);
        return "null";
      case "1.0/actions/vectorSearch":
        return vectorSearch(this.#services, this.#component, args.query);
      case "1.0/auditLog":
        writeAuditLog(this.#services, this.#origin, this.#caller, args.body);
        return "null";
      case "1.0/createServiceToken":
      case "1.0/getServiceUrl":
        throw new FunctionCallError(
          "Services that Convex manages are not available on this deployment.",
        );
      default:
        throw new Error(`Unknown async operation ${operation}`);
    }
  }

  jsSyscall(operation: string, args: Record<string, unknown>): unknown {
    if (this.#isClosed) {
      throw new Error(`${operation} was called after the action had returned; await it.`);
    }
    switch (operation) {
      case "storage/storeBlob":
        return storeBlob(this.#files(), args, (work) => this.#calls.runOwn(work, this.#job));
      case "requestFromConvexJson":
      case "convexJsonFromResponse":
        throw new FunctionCallError(ROUTER_TEXT);
      case "storage/getBlob":
        return getBlob(this.#files(), this.#snapshot(), args);
      default:
        throw new Error(`Unknown operation ${operation}`);
    }
  }

  #files(): ComponentFiles {
    return this.#services.files.of(this.#component);
  }

  /** What can be read at this moment; an action has no snapshot that it keeps. */
  #snapshot(): TransactionState {
    return openTransaction(this.#services, this.#services.store.durableTs);
  }

  #schedule(args: Record<string, JSONValue | undefined>): Promise<string> {
    const request = scheduleRequestOf(args);
    return this.#calls.runOwn(
      (state) => scheduleJob(this.#services, this.#component, state, request),
      this.#job,
    );
  }

  #callOf(args: Record<string, JSONValue | undefined>): FunctionCall {
    const { name, allowsInternal } = addressedFunction(args, this.#component.path);
    const isSameComponent = splitFunctionName(name).component === this.#component.path;
    return {
      path: name,
      args: args.args as JSONObject,
      caller: isSameComponent ? this.#caller : ANONYMOUS,
      allowsInternal,
      isFromFunction: true,
      job: this.#job,
      origin: this.#origin,
    };
  }

  #unwrap(result: FunctionResult): string {
    if (result.ok) return result.valueJson;
    const error = new Error(
      result.errorMessage.replace(/^\[Request ID: \w+\] Server Error\n?/, ""),
    );
    if (result.errorDataJson !== undefined) {
      Object.assign(error, { data: JSON.parse(result.errorDataJson) as unknown });
    }
    throw error;
  }
}
