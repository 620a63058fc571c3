import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { EngineError } from "./base/engine-error.ts";
import { type Environment, type Log, realEnvironment } from "./base/environment.ts";
import { watchEventLoop } from "./base/event-loop-watch.ts";
import { limits } from "./base/limits.ts";
import { writeGeneratedFiles } from "./codegen/generate-files.ts";
import { createCore, type EngineCore } from "./core.ts";
import { openDiskFiles } from "./files/disk-files.ts";
import { openMemoryFiles } from "./files/memory-files.ts";
import type { FunctionCaller, Sender } from "./http/function-caller.ts";
import { createSiteHandler } from "./http/http-action.ts";
import { type ReadAddress, socketAddress } from "./http/origin.ts";
import { createHttpHandler } from "./http/router.ts";
import type { FileDoor } from "./http/storage.ts";
import { SyncSocketServer } from "./http/sync-socket.ts";
import type { VariableChange } from "./http/variables.ts";
import { adminCaller } from "./identity/admin-key.ts";
import { type AuthProvider, parseAuthConfig } from "./identity/auth-config.ts";
import { ANONYMOUS, type Caller } from "./identity/caller.ts";
import { createTokenVerifier, type TokenVerifier } from "./identity/token-verifier.ts";
import { lockFolder } from "./persistence/folder-lock.ts";
import { openFunctionLog } from "./persistence/function-log.ts";
import { openMemoryPersistence } from "./persistence/memory-persistence.ts";
import type { Persistence } from "./persistence/persistence.ts";
import { openSqlitePersistence } from "./persistence/sqlite-persistence.ts";
import { readStuckCalls, STUCK_CALLS } from "./persistence/stuck-calls.ts";
import { readVariables, writeVariables } from "./persistence/variables.ts";
import type { AuthenticateMessage } from "./protocol/client-message.ts";
import { canonicalFunctionPath } from "./protocol/function-path.ts";
import { findFunction } from "./runtime/call-function.ts";
import type { Components } from "./runtime/components.ts";
import type { FunctionName } from "./runtime/function-name.ts";
import type { FunctionRun } from "./runtime/function-runs.ts";
import { loadFunctions } from "./runtime/load-functions.ts";
import type { FunctionResult } from "./runtime/outcome.ts";
import type { FunctionCall } from "./runtime/run-transaction.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { withSystemFunctions } from "./runtime/system-functions.ts";
import { watchSources } from "./runtime/watch-sources.ts";
import { readCrons } from "./scheduler/cron-schedule.ts";
import type { JSONObject, JSONValue } from "./values/json.ts";

export interface EngineOptions {
  /** Where everything is kept; null keeps nothing. The folder is locked while the engine runs. */
  dataDir: string | null;
  /** A Convex functions folder. */
  functionsDir: string;
  /** `process.env` as functions see it. */
  environmentVariables: Readonly<Record<string, string>>;
  /** What clients and functions are told that the deployment's addresses are. */
  cloudUrl: string;
  siteUrl: string;
  /** What `ctx.meta.getDeploymentMetadata` tells; default `parley`. */
  deploymentName?: string;
  /** Grants every right to who presents it; null: nobody has one. */
  adminKey: string | null;
  /**
   * Origins of pages that may open a socket, exactly as browsers write them; default null: any,
   * because who somebody is follows from the token alone, and no cookie is ever looked at.
   */
  allowedOrigins?: readonly string[] | null;
  /** The path under which requests arrive, `""` or like `/convex`. */
  mountPath: string;
  /**
   * Who is really asking, as functions are told it; for hosts behind proxies whose word counts.
   * Default: the other end of the connection.
   */
  readAddress?: ReadAddress;
  /** Whether callers are told the text of uncaught errors. Default false. */
  revealsErrors?: boolean;
  /**
   * Whether functions that never end are stopped, by a thread that watches this one's event loop.
   * Default: where time is real, in an `environment` of its own making.
   */
  stopsEndlessFunctions?: boolean;
  /**
   * Whether the process is ended, by the signal SIGALRM, when a function holds its thread in native
   * code, where nothing can stop it (a regular expression, a power of big integers). For hosts that
   * are started again then; the call is remembered in `dataDir` and refused for a while.
   */
  endsStuckProcess?: boolean;
  /** Whether scheduled functions and crons run; default true. What is due waits for the next start. */
  runsJobs?: boolean;
  log: Log;
  /** Told of every run that wrote to its console or failed, as `dataDir` keeps it. */
  onFunctionRun?: (run: FunctionRun) => void;
  /** The disk has failed and nothing more can be promised: end the process. */
  onDiskFailed?: (error: EngineError) => void;
  /** For tests and simulation: the world, and the disk in place of `dataDir`. */
  environment?: Environment;
  persistence?: Persistence;
}

const ENGINE_VERSION = "0.1.0";

type FunctionKindToCall = "query" | "mutation" | "action";

/** A call by the host itself, with every right. */
export interface HostCall {
  /** null: whatever the function is. */
  kind: FunctionKindToCall | null;
  /** `module:function`; in a component `function://presence;module:function`. */
  path: string;
  args: JSONObject;
}

/** What has been done since the start, and what there is now. */
export interface Counters {
  /** Evaluations of live queries. */
  queryRuns: number;
  /** Documents that functions have been given, in queries and mutations. */
  documentsRead: number;
  /** Reads that memory could not answer. */
  tableReads: number;
  watchedQueries: number;
  connections: number;
}

export interface Engine {
  /** Serves a request whose path is under the mount path. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  /** Serves a request to the site address: HTTP actions at the root. */
  handleSiteRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** @throws Error with the function's own error text; `data` when it was a ConvexError. */
  runFunction(call: HostCall): Promise<JSONValue>;
  /**
   * Puts the functions folder in force as it is now, and the variables, while clients stay connected:
   * every open query is run again, and what looks different is pushed. Tokens that come from then on
   * are held to the `auth.config.ts` of then.
   *
   * @throws EngineError "FunctionsInvalid", "SchemaMismatch", "Overloaded"; the former functions go on.
   */
  reloadFunctions(): Promise<void>;
  /**
   * Generates and reloads whenever a source file changes, until the returned function is called.
   *
   * @param alsoWatched Folders that functions import from, outside of their own.
   * @param report Told of every reload; null for one that went well.
   */
  watchFunctions(
    alsoWatched: readonly string[],
    report: (trouble: EngineError | null) => void,
  ): () => void;
  /** @throws when the store does not answer. */
  checkHealth(): Promise<void>;
  /** Figures for tests and benches. */
  counters(): Counters;
  /** Finishes what is under way, says goodbye to clients and lets the disk go; at most 3 s. */
  close(): Promise<void>;
}

/**
 * Wires the rooms of the engine together: the only file that knows them all.
 *
 * @throws EngineError "DataFolderInUse", "DataFolderUnusable", "StoreVersionTooNew",
 *   "FunctionsInvalid", "SchemaMismatch", each with a sentence for the operator.
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const environment = options.environment ?? realEnvironment(options.log);
  const lock = options.dataDir === null ? null : lockFolder(options.dataDir);
  const persistence = await orElse(
    () => options.persistence ?? openPersistence(options.dataDir),
    () => lock?.release(),
  );
  const stopWatching =
    (options.stopsEndlessFunctions ?? options.environment === undefined)
      ? watchEventLoop(stuckCallsFile(options))
      : () => {};
  const functionLog =
    options.dataDir === null ? null : openFunctionLog(options.dataDir, environment);
  const readFunctions = async () => {
    const ownVariables = readVariables(persistence);
    const variables = {
      ...options.environmentVariables,
      ...ownVariables,
      CONVEX_CLOUD_URL: options.cloudUrl,
      CONVEX_SITE_URL: options.siteUrl,
    };
    const { app, components, authConfig } = await loadFunctions(
      options.functionsDir,
      variables,
      environment,
    );
    const crons = [app, ...components].flatMap(({ registry, path }) => readCrons(registry, path));
    const { schema, httpMounts } = app;
    const functions = withSystemFunctions(app.registry, ownVariables);
    const providers = parseAuthConfig(authConfig ?? undefined);
    return { functions, schema, httpMounts, components, crons, providers };
  };
  const load = async () => {
    const { providers, ...functions } = await readFunctions();
    const core = createCore({
      environment,
      persistence,
      ...functions,
      stuckCalls:
        options.dataDir === null
          ? []
          : readStuckCalls(options.dataDir, environment.nowMs(), limits.stuckCallKeptMs),
      ...(options.deploymentName === undefined ? {} : { deploymentName: options.deploymentName }),
      onFunctionRun: (run) => {
        functionLog?.add(run);
        options.onFunctionRun?.(run);
      },
      revealsErrors: options.revealsErrors ?? false,
      onDiskFailed: options.onDiskFailed ?? (() => {}),
      files:
        options.dataDir === null
          ? openMemoryFiles(environment)
          : openDiskFiles(join(options.dataDir, "files")),
      cloudUrl: options.cloudUrl,
    });
    return { core, providers };
  };
  const { core, providers } = await orElse(load, () => {
    stopWatching();
    persistence.close();
    lock?.release();
  });
  const { runtime, watchedQueries, refreshQueries } = core;
  const openVerifier = (trusted: readonly AuthProvider[]) =>
    createTokenVerifier({
      providers: trusted,
      now: () => environment.nowMs(),
      fetch: environment.fetch,
      log: options.log,
    });
  let currentVerifier = openVerifier(providers);
  const verifier: TokenVerifier = { verify: (token) => currentVerifier.verify(token) };
  let reloading: Promise<void> = Promise.resolve();
  const reload = async () => {
    const { providers: trusted, ...functions } = await readFunctions();
    await core.replaceFunctions(functions);
    currentVerifier = openVerifier(trusted);
  };
  /** One after another, whatever became of the one before. */
  const inTurn = (work: () => Promise<void>) => {
    reloading = reloading.then(work, work);
    return reloading;
  };
  const reloadFunctions = () => inTurn(reload);
  const changeVariables = (changes: readonly VariableChange[]) =>
    inTurn(async () => {
      const before = readVariables(persistence);
      const after = new Map(Object.entries(before));
      for (const { name, value } of changes) {
        if (value === null) after.delete(name);
        else after.set(name, value);
      }
      writeVariables(persistence, Object.fromEntries(after));
      try {
        await reload();
      } catch (error) {
        writeVariables(persistence, before);
        throw asEngineError(error);
      }
    });
  const sessionServices = {
    environment,
    runtime,
    watchedQueries,
    refreshQueries,
    authenticate: (message: AuthenticateMessage) =>
      authenticate(message, verifier, options.adminKey),
  };
  const readAddress = options.readAddress ?? socketAddress;
  const allowedOrigins = options.allowedOrigins ?? null;
  const sockets = new SyncSocketServer(sessionServices, readAddress, allowedOrigins);
  const doors = {
    caller: functionCaller(core),
    verifier,
    adminKey: options.adminKey,
    readAddress,
    siteUrl: options.siteUrl,
    mountPath: options.mountPath,
    version: ENGINE_VERSION,
    files: fileDoor(core),
    publicKeys: () => core.tokens.publicKeys(),
    changeVariables,
    log: options.log,
  };

  if (options.runsJobs ?? true) {
    await core.scheduler.start();
    await core.crons.start();
    core.fileCollector.start();
  }
  return {
    handleRequest: createHttpHandler(doors),
    handleSiteRequest: createSiteHandler(doors),
    handleUpgrade: (request, socket, head) => {
      // Not by `URL`, which throws for some of what HTTP lets through: the target `//`, for one.
      const path = request.url?.split("?", 1)[0] ?? "/";
      sockets.handleUpgrade(request, socket, head, path.slice(options.mountPath.length));
    },
    runFunction: async ({ kind, path, args }) => {
      const call: FunctionCall = {
        path: canonicalFunctionPath(path),
        args,
        caller: ANONYMOUS,
        allowsInternal: true,
      };
      return resultValue(
        await runByKind(runtime, kind ?? kindOf(core.components, call.path), call),
      );
    },
    reloadFunctions,
    watchFunctions: (alsoWatched, report) =>
      watchSources([options.functionsDir, ...alsoWatched], environment, async () => {
        try {
          writeGeneratedFiles(options.functionsDir);
          await reloadFunctions();
          report(null);
        } catch (error) {
          report(asEngineError(error));
        }
      }),
    checkHealth: async () => {
      persistence.readSetting("catalog");
    },
    counters: () => ({
      queryRuns: watchedQueries.runs,
      documentsRead: core.store.documentsRead,
      tableReads: core.store.tableReads,
      watchedQueries: watchedQueries.size,
      connections: sockets.size,
    }),
    close: async () => {
      const within = (ms: number) =>
        new Promise<void>((resolve) => environment.setTimer(ms, resolve));
      sockets.stopListening();
      const ownWork = [core.scheduler.close(), core.crons.close(), core.fileCollector.close()];
      await Promise.race([Promise.all(ownWork), within(500)]);
      await Promise.race([runtime.close(), within(2_000)]);
      // Answers leave before the goodbye, and the transitions without which clients do not believe them.
      await Promise.race([refreshQueries.settle(), within(500)]);
      sockets.close();
      await new Promise<void>((resolve) => environment.setTimer(50, resolve));
      functionLog?.close();
      core.close();
      stopWatching();
      lock?.release();
    },
  };
}

/** What `open` gives; when it throws, `undo` gives back what was taken before. */
async function orElse<T>(open: () => T | Promise<T>, undo: () => void): Promise<T> {
  try {
    return await open();
  } catch (error) {
    undo();
    throw error;
  }
}

/** A source that cannot be read, too, is something that its author is about to mend. */
function asEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const { message } = error as Error;
  return new EngineError("FunctionsInvalid", `The functions cannot be read: ${message}`, {
    cause: error,
  });
}

/** Where the watch writes down which call it ends the process for; null: it does not. */
function stuckCallsFile({ endsStuckProcess, dataDir }: EngineOptions): string | null {
  return endsStuckProcess === true && dataDir !== null ? join(dataDir, STUCK_CALLS) : null;
}

function openPersistence(dataDir: string | null): Persistence {
  return dataDir === null ? openMemoryPersistence() : openSqlitePersistence(dataDir);
}

async function authenticate(
  message: AuthenticateMessage,
  verifier: TokenVerifier,
  adminKey: string | null,
): Promise<Caller> {
  switch (message.tokenType) {
    case "None":
      return ANONYMOUS;
    case "User":
      return { kind: "user", identity: await verifier.verify(message.value) };
    case "Admin":
      return adminCaller(message.value, adminKey, message.impersonating);
    default:
      return message satisfies never;
  }
}

function functionCaller({ runtime, components, store }: EngineCore): FunctionCaller {
  const callOf = (path: string, args: JSONObject, { caller, origin }: Sender): FunctionCall => ({
    path,
    args,
    caller,
    origin,
    allowsInternal: caller.kind === "admin",
  });
  return {
    runQuery: (path, args, from) => runByKind(runtime, "query", callOf(path, args, from)),
    runMutation: (path, args, from) => runByKind(runtime, "mutation", callOf(path, args, from)),
    runAction: (path, args, from) => runByKind(runtime, "action", callOf(path, args, from)),
    runFunction: (path, args, from) => {
      return runByKind(runtime, kindOf(components, path), callOf(path, args, from));
    },
    runQueryAt: async (path, args, from, ts) => {
      if (ts > store.durableTs || ts < store.oldestKeptTs) {
        const message = "The snapshot at this timestamp is not kept any more, or not there yet.";
        return { ok: false, errorMessage: message, logLines: [] };
      }
      return (await runtime.runQuery(callOf(path, args, from), ts)).result;
    },
    runHttpAction: (request, { caller, origin }) => runtime.runHttpAction(request, caller, origin),
    latestTimestamp: () => runtime.durableTs,
  };
}

function fileDoor({ files, runtime }: EngineCore): FileDoor {
  return {
    readToken: (token) => files.readToken(token),
    add: (component, body) => files.add(component, body, (work) => runtime.runOwn(work)),
    find: (key) => files.find(key),
    read: (key, start, end) => files.read(key, start, end),
  };
}

/** What is no function is called as a query, which says so. */
function kindOf(components: Components, name: FunctionName): FunctionKindToCall {
  const kind = findFunction({ components }, name)?.registered.kind;
  return kind === undefined || kind === "httpAction" ? "query" : kind;
}

async function runByKind(
  runtime: Runtime,
  kind: FunctionKindToCall,
  call: FunctionCall,
): Promise<FunctionResult> {
  switch (kind) {
    case "query":
      return (await runtime.runQuery(call)).result;
    case "mutation":
      return (await runtime.runMutation(call)).result;
    case "action":
      return runtime.runAction(call);
    default:
      return kind satisfies never;
  }
}

function resultValue(result: FunctionResult): JSONValue {
  if (result.ok) return JSON.parse(result.valueJson) as JSONValue;
  const error = new Error(result.errorMessage);
  if (result.errorDataJson !== undefined) {
    Object.assign(error, { data: JSON.parse(result.errorDataJson) as unknown });
  }
  throw error;
}
