import { EngineError } from "../base/engine-error.ts";
import type { Environment } from "../base/environment.ts";
import { limits } from "../base/limits.ts";
import type { Caller } from "../identity/caller.ts";
import { Transaction } from "../store/transaction.ts";
import { TransactionUsage } from "../store/transaction-usage.ts";
import { hasCommitTs } from "../values/commit-ts.ts";
import type { JSONObject } from "../values/json.ts";
import { callFunction, requireCalled } from "./call-function.ts";
import type { CallOrigin, RequestOrigin } from "./call-metadata.ts";
import { describeError, describeThrown, FunctionCallError } from "./function-error.ts";
import type { FunctionName } from "./function-name.ts";
import { newRequestId, RunningFunction } from "./function-runs.ts";
import type { FunctionResult } from "./outcome.ts";
import type { JobContext } from "./scheduled-job.ts";
import type { RuntimeServices } from "./services.ts";
import { TransactionInvocation } from "./transaction-invocation.ts";
import { TransactionState } from "./transaction-state.ts";

/** A call of a query, mutation or action from outside or from an action. */
export interface FunctionCall {
  path: FunctionName;
  args: JSONObject;
  caller: Caller;
  /** Whether internal functions may be called too: admins, actions, the scheduler, the host. */
  allowsInternal: boolean;
  /** Whether an action makes it: then public functions of components may be called. */
  isFromFunction?: boolean;
  /** The scheduled job on whose behalf this is called; absent for everybody else. */
  job?: JobContext | null;
  /** The request from outside that this is, or is part of; absent for one of the engine's own. */
  origin?: CallOrigin | RequestOrigin;
}

/** What became of a function in a transaction, before anything is committed. */
export interface TransactionRun {
  result: FunctionResult;
  state: TransactionState;
}

/**
 * Runs a query or mutation once against the snapshot at `ts`.
 *
 * Never rejects for what the function does: its errors are results. The caller keeps the snapshot
 * pinned and decides what to do with the writes.
 */
export async function runInTransaction(
  services: RuntimeServices,
  kind: "query" | "mutation",
  call: FunctionCall,
  ts: bigint,
  journal: string | null,
): Promise<TransactionRun> {
  const state = openTransaction(services, ts, journal, call);
  const run = new RunningFunction(services, kind, call.path);
  const logLines = state.log.lines;
  try {
    const valueJson = await performCall(services, state, kind, call);
    run.succeeded(logLines);
    return { result: { ok: true, valueJson, logLines }, state };
  } catch (error) {
    const result = failedResult(services, call.path, error, logLines);
    run.failed(logLines, error, result.requestId);
    return { result, state };
  }
}

/** A transaction on the snapshot at `ts`, which the caller keeps pinned. */
export function openTransaction(
  services: RuntimeServices,
  ts: bigint,
  journal: string | null = null,
  { job = null }: Pick<FunctionCall, "job"> = {},
): TransactionState {
  const { environment, creationClock, store, transactionLimits } = services;
  const transaction = new Transaction(store, ts, new TransactionUsage(transactionLimits));
  return new TransactionState(environment, creationClock, transaction, { journal, job });
}

/**
 * Calls a function in a transaction that is open.
 *
 * @returns The result as encoded JSON text.
 * @throws Whatever the function throws; EngineError "FunctionTimedOut".
 */
export async function performCall(
  services: RuntimeServices,
  state: TransactionState,
  kind: "query" | "mutation",
  call: FunctionCall,
): Promise<string> {
  const found = requireCalled(services, call, kind);
  state.caller = call.caller;
  state.origin = call.origin;
  const invocation = new TransactionInvocation(services, state, found, call.caller);
  try {
    const running = callFunction(found, call.args, invocation);
    const valueJson = await withDeadline(services.environment, limits.transactionWallMs, running, {
      delayMs: limits.transactionIdleMs,
      isIdle: () => !invocation.isBeingServed,
    });
    if (kind === "query" && hasCommitTs(valueJson)) {
      throw new FunctionCallError(
        `Function ${call.path} return value invalid: queries cannot return an unresolved placeholder value.`,
      );
    }
    return valueJson;
  } finally {
    invocation.close();
  }
}

/** Turns anything thrown into the result that the caller sees, and names it in the log. */
export function failedResult(
  services: RuntimeServices,
  path: string,
  error: unknown,
  logLines: string[],
): FunctionResult & { ok: false } {
  const { message, dataJson } = describeThrown(error, services.revealsErrors);
  const requestId = newRequestId(services);
  const isOurs = dataJson !== null || error instanceof FunctionCallError;
  if (!isOurs) {
    services.environment.log("error", "A function failed.", {
      function: path,
      requestId,
      error: describeError(error),
    });
  }
  const operating = error instanceof EngineError ? error.message : message;
  const text = `[Request ID: ${requestId}] Server Error${operating ? `\n${operating}` : ""}`;
  return {
    ok: false,
    errorMessage: text,
    requestId,
    ...(dataJson === null ? {} : { errorDataJson: dataJson }),
    ...(error instanceof EngineError && error.kind === "FunctionTimedOut"
      ? { isGivenUp: true as const }
      : {}),
    logLines,
    thrown: error,
  };
}

/**
 * Gives a promise up after `delayMs`, or earlier, when it is idle then.
 *
 * @throws EngineError "FunctionTimedOut", in Convex's words; the promise goes on, into nothing.
 */
export function withDeadline<T>(
  environment: Environment,
  delayMs: number,
  running: Promise<T>,
  early?: { delayMs: number; isIdle: () => boolean },
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const giveUp = (afterMs: number) =>
      reject(
        new EngineError(
          "FunctionTimedOut",
          `Function execution timed out (maximum duration: ${afterMs / 1000}s)`,
        ),
      );
    let timer = environment.setTimer(early?.delayMs ?? delayMs, () => {
      if (!early || early.isIdle()) giveUp(early?.delayMs ?? delayMs);
      else timer = environment.setTimer(delayMs - early.delayMs, () => giveUp(delayMs));
    });
    running.then(
      (value) => {
        timer.cancel();
        resolve(value);
      },
      (error) => {
        timer.cancel();
        reject(error);
      },
    );
  });
}
