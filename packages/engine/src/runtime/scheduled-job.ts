import { assert } from "../base/assert.ts";
import { limits } from "../base/limits.ts";
import { functionHandle, functionNameIn } from "../protocol/function-path.ts";
import type { Table } from "../store/catalog.ts";
import { StoredDocument } from "../store/stored-document.ts";
import { isJSONObject, type JSONObject, type JSONValue } from "../values/json.ts";
import { findFunction } from "./call-function.ts";
import type { Component } from "./components.ts";
import { FunctionCallError } from "./function-error.ts";
import { addressedFunction, type FunctionName } from "./function-name.ts";
import { newDocumentId } from "./new-document-id.ts";
import type { RuntimeServices, StoreServices } from "./services.ts";
import type { TransactionState } from "./transaction-state.ts";

export const JOB_TABLE = "_scheduled_functions";

/** The scheduled job that a function runs for, also through functions that it calls. */
export interface JobContext {
  id: string;
  kind: "mutation" | "action";
}

export type JobState =
  | { kind: "pending" }
  | { kind: "inProgress" }
  | { kind: "success" }
  | { kind: "failed"; error: string }
  | { kind: "canceled" };

/** A row of `_scheduled_functions`, as functions see it through `ctx.db.system`. */
export interface JobRow {
  _id: string;
  /** `module/path:export`, in the component that has the row; a handle when it is elsewhere. */
  name: string;
  /** One element: the arguments object. */
  args: [JSONObject];
  /** When it is to run, ms since the epoch. */
  scheduledTime: number;
  /** When it ended, in whatever way; absent before. */
  completedTime?: number;
  state: JobState;
}

/** What `ctx.scheduler` asks for, decoded from the syscall. */
export interface ScheduleRequest {
  address: Record<string, JSONValue | undefined>;
  args: JSONValue | undefined;
  /** Seconds since the epoch, with fractions. */
  ts: JSONValue | undefined;
}

/** As the syscalls of mutations and actions have it. */
export function scheduleRequestOf(args: Record<string, JSONValue | undefined>): ScheduleRequest {
  return { address: args, args: args.args, ts: args.ts };
}

/**
 * `ctx.scheduler.runAfter` and `runAt`: writes the job into the transaction; it runs if and when
 * that is committed.
 *
 * @returns The job's id.
 * @throws FunctionCallError for a function that is not there and for anything over a limit.
 */
export function scheduleJob(
  services: RuntimeServices,
  component: Component,
  state: TransactionState,
  { address, args, ts }: ScheduleRequest,
): string {
  const { name, allowsInternal } = addressedFunction(address, component.path);
  const found = findFunction(services, name);
  const kind = found?.registered.kind;
  const isVisible = allowsInternal || found?.registered.visibility === "public";
  if (!found || !isVisible || (kind !== "mutation" && kind !== "action")) {
    throw new FunctionCallError(
      `Attempted to schedule '${name}', which is no mutation or action of this deployment.`,
    );
  }
  const { path } = found.registered;
  if (!isJSONObject(args)) throw new FunctionCallError("Scheduled arguments must be an object.");
  countJob(state, JSON.stringify(args).length);
  const row: Omit<JobRow, "_id"> = {
    name:
      found.component.path === component.path ? path : functionHandle(found.component.path, path),
    args: [args],
    scheduledTime: scheduledTimeOf(ts, state.nowMs),
    // A job that was canceled while it ran does not leave others behind.
    ...(isCanceled(services, state)
      ? { completedTime: state.nowMs, state: { kind: "canceled" } }
      : { state: { kind: "pending" } }),
  };
  const table = component.tables.ensureTable(JOB_TABLE);
  const id = newDocumentId(services.environment, table);
  const value = { ...row, _creationTime: state.nextCreationTime(), _id: id } as JSONObject;
  state.transaction.write(table, id, new StoredDocument(id, JSON.stringify(value), value));
  return id;
}

/**
 * `ctx.scheduler.cancel`. A pending job will not run; an action under way goes on, but what it
 * schedules from now on is canceled too; what has ended stays as it is.
 */
export function cancelJob(
  component: Component,
  state: TransactionState,
  id: JSONValue | undefined,
): void {
  const table = typeof id === "string" ? component.tables.tableOfId(id) : null;
  if (typeof id !== "string" || table?.name !== JOB_TABLE) {
    throw new FunctionCallError(
      `Invalid argument \`id\` for \`scheduler.cancel\`: expected to be an Id<"${JOB_TABLE}">.`,
    );
  }
  if (state.job?.id === id && state.job.kind === "mutation") {
    throw new FunctionCallError("A scheduled mutation cannot cancel itself.");
  }
  const job = rowOf(state.transaction.get(table, id));
  if (job?.state.kind === "pending") {
    patchRow(table, state, id, { state: { kind: "canceled" }, completedTime: state.nowMs });
  } else if (job?.state.kind === "inProgress") {
    patchRow(table, state, id, { state: { kind: "canceled" } });
  }
}

/** The job's row as the transaction sees it; null once it has been swept away. */
export function readJob(
  services: RuntimeServices,
  state: TransactionState,
  id: string,
): JobRow | null {
  return rowOf(state.transaction.get(tableOfJob(services, id), id));
}

/** Changes a row that is there. */
export function patchJob(
  services: RuntimeServices,
  state: TransactionState,
  id: string,
  changes: Pick<JobRow, "state"> & { completedTime?: number },
): void {
  patchRow(tableOfJob(services, id), state, id, changes);
}

/** The name of the function that a row is about, wherever the row is. */
export function functionOfJob(
  { store }: Pick<StoreServices, "store">,
  { _id, name }: JobRow,
): FunctionName {
  const { component } = tableOfJob({ store }, _id);
  return name.startsWith("function://")
    ? addressedFunction({ functionHandle: name }, component).name
    : functionNameIn(component, name);
}

/** The `_scheduled_functions` that has the row: that of the component that scheduled it. */
function tableOfJob({ store }: Pick<StoreServices, "store">, id: string): Table {
  const table = store.catalog.tableOfId(id);
  assert(table?.name === JOB_TABLE, "the id of a job is of a table of jobs");
  return table;
}

function rowOf(document: StoredDocument | null): JobRow | null {
  return document ? (document.value as unknown as JobRow) : null;
}

function patchRow(
  table: Table,
  state: TransactionState,
  id: string,
  changes: Pick<JobRow, "state"> & { completedTime?: number },
): void {
  const document = state.transaction.get(table, id);
  if (!document) return;
  const value = { ...document.value, ...changes } as JSONObject;
  state.transaction.write(table, id, new StoredDocument(id, JSON.stringify(value), value));
}

function isCanceled(services: RuntimeServices, state: TransactionState): boolean {
  return state.job !== null && readJob(services, state, state.job.id)?.state.kind === "canceled";
}

function countJob(state: TransactionState, argumentBytes: number): void {
  if (argumentBytes > limits.scheduledArgumentBytesMax) {
    throw new FunctionCallError(
      `Arguments of a scheduled function are too large (limit: ${limits.scheduledArgumentBytesMax} bytes)`,
    );
  }
  const { usage } = state.transaction;
  try {
    usage.count("functionsScheduled", 1);
    usage.count("scheduledFunctionArgsBytes", argumentBytes);
  } catch (error) {
    throw new FunctionCallError((error as Error).message);
  }
}

/** To the microsecond: what was whole milliseconds is so again after the detour over seconds. */
function scheduledTimeOf(ts: JSONValue | undefined, nowMs: number): number {
  const ms = typeof ts === "number" ? Math.round(ts * 1e6) / 1e3 : Number.NaN;
  if (!(Math.abs(ms - nowMs) <= limits.scheduledAheadMs)) {
    throw new FunctionCallError("A function can be scheduled at most 5 years from now.");
  }
  return ms;
}
