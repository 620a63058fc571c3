import { type Caller, identityOf } from "../identity/caller.ts";
import type { JSONObject, JSONValue } from "../values/json.ts";
import {
  deploymentMetadata,
  functionMetadata,
  ownRequest,
  type RequestOrigin,
  requestMetadata,
} from "./call-metadata.ts";
import { FunctionCallError } from "./function-error.ts";
import { FunctionLog, type Invocation } from "./invocation.ts";
import type { FunctionResult } from "./outcome.ts";
import { type FunctionCall, openTransaction } from "./run-transaction.ts";
import { cancelJob, type JobContext, scheduleJob } from "./scheduled-job.ts";
import type { RuntimeServices } from "./services.ts";
import { getBlob, readStorage, storeBlob } from "./storage-calls.ts";
import { functionPathOf } from "./transaction-invocation.ts";
import type { TransactionState } from "./transaction-state.ts";

/** How an action calls other functions; each call is a transaction of its own. */
export interface ActionCalls {
  runQuery(call: FunctionCall): Promise<FunctionResult>;
  runMutation(call: FunctionCall): Promise<FunctionResult>;
  runAction(call: FunctionCall): Promise<FunctionResult>;
  /** Work of the engine's own in a transaction of its own. */
  runOwn<T>(work: (state: TransactionState) => T, job: JobContext | null): Promise<T>;
}

/** One call of an action or HTTP action: real clock, real chance, no database of its own. */
export class ActionInvocation implements Invocation {
  readonly isAction = true;
  readonly isNested = false;
  readonly parent = null;
  functionPath: string | null = null;
  readonly log = new FunctionLog();
  readonly #services: RuntimeServices;
  readonly #calls: ActionCalls;
  readonly #caller: Caller;
  readonly #job: JobContext | null;
  readonly #origin: RequestOrigin;
  #isClosed = false;

  constructor(
    services: RuntimeServices,
    calls: ActionCalls,
    { caller, job, origin }: Pick<FunctionCall, "caller" | "job" | "origin">,
  ) {
    this.#services = services;
    this.#calls = calls;
    this.#caller = caller;
    this.#job = job ?? null;
    this.#origin = origin ?? ownRequest(services);
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
        return functionMetadata(this.functionPath ?? "");
      case "1.0/getDeploymentMetadata":
        return deploymentMetadata();
      case "1.0/getRequestMetadata":
        return requestMetadata(this.#origin, this.#caller, this.#job);
      case "1.0/createFunctionHandle":
        return JSON.stringify(`function://;${functionPathOf(args)}`);
      case "1.0/actions/schedule":
        return JSON.stringify(await this.#schedule(args));
      case "1.0/actions/cancel_job":
        await this.#calls.runOwn((state) => cancelJob(this.#services, state, args.id), this.#job);
        return "null";
      case "1.0/storageGetUrl":
      case "1.0/storageGetMetadata":
        return readStorage(this.#services.files, this.#snapshot(), operation, args);
      case "1.0/storageGenerateUploadUrl":
        return JSON.stringify(this.#services.files.uploadUrl());
      case "1.0/storageDelete":
        await this.#calls.runOwn(
          (state) => this.#services.files.delete(state, args.storageId),
          this.#job,
        );
        return "null";
      case "1.0/actions/vectorSearch":
        throw new FunctionCallError(`${operation} is not available in this engine yet.`);
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
        return storeBlob(this.#services.files, args, (work) => this.#calls.runOwn(work, this.#job));
      case "storage/getBlob":
        return getBlob(this.#services.files, this.#snapshot(), args);
      default:
        throw new Error(`Unknown operation ${operation}`);
    }
  }

  /** What can be read at this moment; an action has no snapshot that it keeps. */
  #snapshot(): TransactionState {
    return openTransaction(this.#services, this.#services.store.durableTs);
  }

  #schedule(args: Record<string, JSONValue | undefined>): Promise<string> {
    const request = { path: functionPathOf(args), args: args.args, ts: args.ts };
    return this.#calls.runOwn((state) => scheduleJob(this.#services, state, request), this.#job);
  }

  #callOf(args: Record<string, JSONValue | undefined>): FunctionCall {
    return {
      path: functionPathOf(args),
      args: args.args as JSONObject,
      caller: this.#caller,
      allowsInternal: true,
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
