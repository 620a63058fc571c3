import { EngineError } from "../base/engine-error.ts";
import { limits } from "../base/limits.ts";
import { describeThrown } from "./function-error.ts";
import { describeForLog, RunningFunction } from "./function-runs.ts";
import { type FunctionCall, openTransaction, performCall } from "./run-transaction.ts";
import type { RuntimeServices } from "./services.ts";
import type { TransactionState } from "./transaction-state.ts";

/** A mutation that the engine runs by itself: scheduled, or by a cron. */
export interface MutationJob {
  call: FunctionCall;
  /** Whether it is still to be run. Asked in the transaction in which it would run. */
  isDue(state: TransactionState): boolean;
  /** Writes what became of it: null for success, else the error's text. */
  complete(state: TransactionState, error: string | null): void;
}

/**
 * Runs the mutation and completes the job in one transaction, which is what makes it happen exactly
 * once. When the function fails, only the completion is left, in a transaction of its own: what the
 * function wrote, and what it used up of the limits, is gone.
 *
 * @throws EngineError for operating trouble: then nothing has happened, and it is to be tried again.
 */
export async function performMutationJob(
  services: RuntimeServices,
  job: MutationJob,
  ts: bigint,
): Promise<{ state: TransactionState; value: undefined }> {
  const state = openTransaction(services, ts, null, job.call);
  if (!job.isDue(state)) return { state, value: undefined };
  const run = new RunningFunction(services, "mutation", job.call.path);
  try {
    await performCall(services, state, "mutation", job.call);
    run.succeeded(state.log.lines);
    job.complete(state, null);
    return { state, value: undefined };
  } catch (error) {
    if (error instanceof EngineError && error.kind !== "FunctionTimedOut") throw error;
    run.failed(state.log.lines, error);
    const failed = openTransaction(services, ts);
    job.complete(failed, describeJobFailure(services, job.call.path, error));
    return { state: failed, value: undefined };
  }
}

/** The text that a job's row keeps of an error, which is for developers; the log names the job. */
export function describeJobFailure(
  services: RuntimeServices,
  path: string,
  error: unknown,
): string {
  const { message } = describeThrown(error, true);
  services.environment.log("error", "A scheduled function failed.", {
    function: path,
    error: describeForLog(error),
  });
  const text = error instanceof EngineError ? error.message : message;
  return text.slice(0, limits.jobErrorLengthMax).toWellFormed();
}
