import type { CallMark } from "../base/event-loop-watch.ts";
import { limits } from "../base/limits.ts";
import { ANONYMOUS, type Caller, identityOf } from "../identity/caller.ts";
import { functionHandle } from "../protocol/function-path.ts";
import type { StoredDocument } from "../store/stored-document.ts";
import { Transaction } from "../store/transaction.ts";
import type { Usage } from "../store/transaction-usage.ts";
import type { JSONObject, JSONValue } from "../values/json.ts";
import { encodeInt64 } from "../values/scalar.ts";
import { writeAuditLog } from "./audit-log.ts";
import {
  callFunction,
  type FoundFunction,
  findFunction,
  requireFunction,
} from "./call-function.ts";
import {
  deploymentMetadata,
  functionMetadata,
  type RequestOrigin,
  requestMetadata,
  requestOf,
} from "./call-metadata.ts";
import type { Component } from "./components.ts";
import {
  insertDocument,
  patchDocument,
  removeDocument,
  replaceDocument,
  tableOfId,
} from "./document-writes.ts";
import { describeThrown, FunctionCallError } from "./function-error.ts";
import { addressedFunction } from "./function-name.ts";
import type { FunctionLog, Invocation } from "./invocation.ts";
import { OpenQuery } from "./open-query.ts";
import { readPage } from "./paginate.ts";
import { planQuery, type SerializedQuery } from "./query-plan.ts";
import type { FunctionKind } from "./registered-function.ts";
import { cancelJob, scheduleJob, scheduleRequestOf } from "./scheduled-job.ts";
import type { RuntimeServices } from "./services.ts";
import { changeStorage, readStorage } from "./storage-calls.ts";
import type { ComponentFiles } from "./stored-files.ts";
import type { StuckCalls } from "./stuck-calls.ts";
import { TransactionState } from "./transaction-state.ts";

type Arguments = Record<string, JSONValue | undefined>;

/**
 * One call of a query or mutation: the syscalls of `convex/server` over a transaction.
 *
 * A nested call is an invocation of its own over the same transaction state. After `close` every
 * syscall is refused: a promise that the function forgot to await finds the door shut.
 * Source of operation names and shapes: convex 1.48 `server/impl/*`.
 */
export class TransactionInvocation implements Invocation {
  readonly isAction = false;
  readonly parent: TransactionInvocation | null;
  functionPath: string | null = null;
  mark: CallMark | null = null;
  readonly #services: RuntimeServices;
  readonly #state: TransactionState;
  readonly #kind: FunctionKind;
  readonly #component: Component;
  readonly #caller: Caller;
  readonly #depth: number;
  readonly #queries = new Map<number, OpenQuery>();
  #nextQueryId = 0;
  #hasPaginated = false;
  #isClosed = false;

  constructor(
    services: RuntimeServices,
    state: TransactionState,
    { component, registered }: FoundFunction,
    caller: Caller,
    parent: TransactionInvocation | null = null,
  ) {
    this.#services = services;
    this.#state = state;
    this.#kind = registered.kind;
    this.#component = component;
    // Nobody is signed in in a component.
    this.#caller = component.path === "" ? caller : ANONYMOUS;
    this.parent = parent;
    this.#depth = parent ? parent.#depth + 1 : 0;
  }

  get isNested(): boolean {
    return this.#depth > 0;
  }

  get stuckCalls(): StuckCalls {
    return this.#services.stuckCalls;
  }

  get log(): FunctionLog {
    return this.#state.log;
  }

  nowMs(): number {
    return this.#state.nowMs;
  }

  random(): number {
    return this.#state.random();
  }

  /** Whether it, or what it has called, waits for something that the engine does: for files. */
  get isBeingServed(): boolean {
    return this.#state.callsBeingServed > 0;
  }

  /** Ends the call: open scans count as read as far as they got. */
  close(): void {
    this.#isClosed = true;
    for (const query of this.#queries.values()) query.close();
    this.#queries.clear();
  }

  syscall(operation: string, argumentsJson: string): string {
    this.#requireOpen(operation);
    const args = JSON.parse(argumentsJson) as Arguments;
    switch (operation) {
      case "1.0/queryStream":
        return `{"queryId":${this.#openQuery(args.query as unknown as SerializedQuery)}}`;
      case "1.0/queryCleanup":
        return String(this.#closeQuery(args.queryId as number));
      case "1.0/db/normalizeId":
        return this.#normalizeId(args.table as string, args.idString as string);
      case "1.0/getSnapshotTs":
        return JSON.stringify(encodeInt64(this.#state.transaction.snapshotTs));
      default:
        throw new Error(`Unknown operation ${operation}`);
    }
  }

  /** Not an async function: reading thirty documents would make thirty promises more. */
  asyncSyscall(operation: string, argumentsJson: string): Promise<string> {
    try {
      const answer = this.#perform(operation, argumentsJson);
      if (typeof answer === "string") return Promise.resolve(answer);
      return operation === "1.0/runUdf" ? answer : this.#serve(answer);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #serve(answer: Promise<string>): Promise<string> {
    this.#state.callsBeingServed++;
    try {
      return await answer;
    } finally {
      this.#state.callsBeingServed--;
    }
  }

  #perform(operation: string, argumentsJson: string): string | Promise<string> {
    this.#requireOpen(operation);
    if (operation === "1.0/queryStreamNext") return this.#streamNext(queryIdOf(argumentsJson));
    const args = JSON.parse(argumentsJson) as Arguments;
    switch (operation) {
      case "1.0/get":
        return this.#get(args);
      case "1.0/queryPage":
        return this.#queryPage(args);
      case "1.0/getUserIdentity":
        if (this.#component.path === "") this.#state.usedIdentity = true;
        return JSON.stringify(identityOf(this.#caller));
      case "1.0/runUdf":
        return this.#runNested(args);
      case "1.0/createFunctionHandle":
        return JSON.stringify(createFunctionHandle(this.#services, args, this.#component.path));
      case "1.0/insert":
      case "1.0/shallowMerge":
      case "1.0/replace":
      case "1.0/remove":
        return this.#write(operation, args);
      case "1.0/schedule":
        this.#requireMutation("schedule functions");
        return JSON.stringify(
          scheduleJob(this.#services, this.#component, this.#state, scheduleRequestOf(args)),
        );
      case "1.0/cancel_job":
        this.#requireMutation("cancel scheduled functions");
        cancelJob(this.#component, this.#state, args.id);
        return "null";
      case "1.0/storageGetUrl":
      case "1.0/storageGetMetadata":
        return readStorage(this.#files(), this.#state, operation, args);
      case "1.0/storageGenerateUploadUrl":
      case "1.0/storageDelete":
      case "1.0/storageStore":
      case "1.0/storageGet":
        this.#requireMutation("change file storage");
        return changeStorage(this.#files(), this.#state, operation, args, () =>
          this.#requireOpen(operation),
        );
      case "1.0/count":
        return String(this.#count(args.table as string));
      case "1.0/signJwt":
        this.#requireMutation("sign tokens");
        return this.#services.tokens.sign(this.#component.path, args).then(JSON.stringify);
      case "1.0/getTransactionMetrics":
        return JSON.stringify(this.#state.transaction.usage.metrics());
      case "1.0/getFunctionMetadata":
        return functionMetadata(this.functionPath ?? "", this.#component.path);
      case "1.0/getDeploymentMetadata":
        return deploymentMetadata(this.#services);
      case "1.0/getRequestMetadata":
        this.#requireMutation("ask for the request's metadata");
        return requestMetadata(this.#origin(), this.#state.caller, this.#state.job);
      case "1.0/auditLog":
        writeAuditLog(this.#services, this.#origin(), this.#state.caller, args.body);
        return "null";
      default:
        throw new Error(`Unknown async operation ${operation}`);
    }
  }

  jsSyscall(operation: string): unknown {
    throw new Error(`Unknown operation ${operation}`);
  }

  readAll(serialized: SerializedQuery): StoredDocument[] {
    this.#requireOpen("A query");
    const plan = planQuery(serialized, this.#component.tables);
    const query = new OpenQuery(this.#state.transaction, plan);
    const documents: StoredDocument[] = [];
    try {
      for (let next = query.next(); next; next = query.next()) documents.push(next);
    } finally {
      query.close();
    }
    return documents;
  }

  #files(): ComponentFiles {
    return this.#services.files.of(this.#component);
  }

  #origin(): RequestOrigin {
    const request = requestOf(this.#services, this.#state.origin);
    this.#state.origin = request;
    return request;
  }

  #openQuery(query: SerializedQuery): number {
    const plan = planQuery(query, this.#component.tables);
    const queryId = this.#nextQueryId++;
    this.#queries.set(queryId, new OpenQuery(this.#state.transaction, plan));
    return queryId;
  }

  #closeQuery(queryId: number): boolean {
    this.#queries.get(queryId)?.close();
    return this.#queries.delete(queryId);
  }

  #streamNext(queryId: number): string {
    const query = this.#queries.get(queryId);
    if (!query) throw new FunctionCallError("This query is closed.");
    const document = query.next();
    return document ? document.reply : '{"value":null,"done":true}';
  }

  #queryPage(args: Arguments): string {
    if (this.#component.path !== "") {
      throw new FunctionCallError(
        "paginate() is only supported in the app, not in components: use `paginator` of convex-helpers.",
      );
    }
    if (this.#hasPaginated) {
      throw new FunctionCallError(
        "This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.",
      );
    }
    this.#hasPaginated = true;
    const plan = planQuery(args.query as unknown as SerializedQuery, this.#component.tables);
    const page = readPage(this.#state.transaction, plan, {
      cursor: (args.cursor as string | null | undefined) ?? null,
      endCursor: (args.endCursor as string | null | undefined) ?? this.#startJournal,
      pageSize: args.pageSize as number,
      maximumRowsRead: (args.maximumRowsRead as number | null | undefined) ?? null,
      maximumBytesRead: (args.maximumBytesRead as number | null | undefined) ?? null,
    });
    if (this.#depth === 0) this.#state.endJournal = page.continueCursor;
    const { page: documents, ...rest } = page;
    return `{"page":[${documents.join(",")}],${JSON.stringify(rest).slice(1)}`;
  }

  /** A journal has room for one page, that of the function which the client has asked for. */
  get #startJournal(): string | null {
    return this.#depth === 0 ? this.#state.startJournal : null;
  }

  /** Every row is read: there are no counts that are kept. */
  #count(tableName: string): number {
    const source = { type: "FullTableScan" as const, tableName, order: null };
    const plan = planQuery({ source, operators: [] }, this.#component.tables);
    const query = new OpenQuery(this.#state.transaction, plan);
    let count = 0;
    while (query.next()) count++;
    query.close();
    return count;
  }

  #normalizeId(tableName: string, id: string): string {
    const table = this.#component.tables.tableOfId(id);
    return JSON.stringify({ id: table?.name === tableName ? id : null });
  }

  #get(args: Arguments): string {
    const id = args.id as string;
    const table = tableOfId(this.#component, id, args.table as string | undefined, "get");
    if (!table) return "null";
    if (table.name.startsWith("_") !== Boolean(args.isSystem)) {
      throw new FunctionCallError(
        args.isSystem
          ? "User tables cannot be accessed with db.system."
          : "System tables can only be accessed with db.system.",
      );
    }
    return this.#state.transaction.get(table, id)?.json ?? "null";
  }

  #write(operation: string, args: Arguments): string {
    this.#requireMutation("write to the database");
    const table = args.table as string | undefined;
    const id = args.id as string;
    const value = args.value as JSONObject;
    const { json } = (() => {
      switch (operation) {
        case "1.0/insert": {
          const inserted = insertDocument(
            this.#services,
            this.#component,
            this.#state,
            table!,
            value,
          );
          return { json: JSON.stringify({ _id: inserted }) };
        }
        case "1.0/shallowMerge":
          return patchDocument(this.#component, this.#state, id, value, table);
        case "1.0/replace":
          return replaceDocument(this.#component, this.#state, id, value, table);
        default:
          return removeDocument(this.#component, this.#state, id, table);
      }
    })();
    return json;
  }

  /**
   * `ctx.runQuery` and `ctx.runMutation`: the same transaction. A mutation that throws has its own
   * writes taken back; what it has read stays read.
   */
  async #runNested(args: Arguments): Promise<string> {
    const udfType = args.udfType as "query" | "mutation" | "snapshotQuery";
    const kind = udfType === "mutation" ? "mutation" : "query";
    if (kind === "mutation" && this.#kind === "query") {
      throw new FunctionCallError("Queries cannot run mutations.");
    }
    if (this.#depth >= limits.nestedCallsDepthMax) {
      throw new FunctionCallError(
        "MaximumCallDepthExceeded: functions call each other too deeply.",
      );
    }
    const address = addressedFunction(args, this.#component.path);
    const found = requireFunction(this.#services, address.name, kind, address.allowsInternal);
    const { transaction } = this.#state;
    const state = udfType === "snapshotQuery" ? this.#snapshotState() : this.#state;
    const isSameComponent = found.component.path === this.#component.path;
    const nested = new TransactionInvocation(
      this.#services,
      state,
      found,
      // Who is signed in is the app's affair; it does not come back from a component either.
      isSameComponent ? this.#caller : ANONYMOUS,
      this,
    );
    const savepoint = transaction.savepoint();
    const widen = state.transaction.usage.narrow((args.transactionLimits ?? {}) as Partial<Usage>);
    try {
      return await callFunction(found, args.args as JSONObject, nested);
    } catch (error) {
      if (kind === "mutation") transaction.rollBack(savepoint);
      throw asSyscallError(error);
    } finally {
      widen();
      nested.close();
    }
  }

  /** A view without the transaction's own writes, whose reads are nobody's concern. */
  #snapshotState(): TransactionState {
    const { environment, creationClock, store } = this.#services;
    const { snapshotTs, usage } = this.#state.transaction;
    const snapshot = new Transaction(store, snapshotTs, usage);
    return new TransactionState(environment, creationClock, snapshot);
  }

  #requireMutation(what: string): void {
    if (this.#kind !== "mutation") throw new FunctionCallError(`Queries cannot ${what}.`);
  }

  #requireOpen(operation: string): void {
    if (this.#isClosed) {
      throw new Error(`${operation} was called after the function had returned; await it.`);
    }
  }
}

/**
 * The query that a document is asked of. The library asks for each document by itself, always in
 * these words, which are faster sliced than parsed.
 */
function queryIdOf(argumentsJson: string): number {
  const head = '{"queryId":';
  if (argumentsJson.startsWith(head)) return Number(argumentsJson.slice(head.length, -1));
  return (JSON.parse(argumentsJson) as { queryId: number }).queryId;
}

/** A function handle, of a function that there is. */
export function createFunctionHandle(
  services: RuntimeServices,
  args: Arguments,
  component: string,
): string {
  const { name, allowsInternal } = addressedFunction(args, component);
  const found = findFunction(services, name);
  if (!found || (found.registered.visibility === "internal" && !allowsInternal)) {
    throw new FunctionCallError(`Could not find function for '${name}'.`);
  }
  return functionHandle(found.component.path, found.registered.path);
}

/**
 * Makes an error ready to cross into the calling function: the library turns `data` into a
 * ConvexError there, and anything else into a plain Error with the message.
 */
export function asSyscallError(error: unknown): Error {
  const { message, dataJson } = describeThrown(error, true);
  const crossing = new Error(message);
  if (dataJson !== null) Object.assign(crossing, { data: JSON.parse(dataJson) as unknown });
  return crossing;
}
