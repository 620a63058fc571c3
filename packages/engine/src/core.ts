import type { EngineError } from "./base/engine-error.ts";
import type { Environment } from "./base/environment.ts";
import type { FileStore } from "./files/file-store.ts";
import type { Persistence } from "./persistence/persistence.ts";
import { FileCollector } from "./runtime/file-collector.ts";
import type { FunctionRegistry } from "./runtime/function-registry.ts";
import { Runtime } from "./runtime/runtime.ts";
import { StoredFiles } from "./runtime/stored-files.ts";
import { CreationClock } from "./runtime/transaction-state.ts";
import { CronRunner } from "./scheduler/cron-runner.ts";
import type { CronJob } from "./scheduler/cron-schedule.ts";
import { Scheduler, type SchedulerOptions } from "./scheduler/scheduler.ts";
import type { SchemaDefinition } from "./schema/schema-definition.ts";
import type { DocumentStore } from "./store/document-store.ts";
import { openStore } from "./store/open-store.ts";
import type { Usage } from "./store/transaction-usage.ts";
import { SubscriptionRegistry } from "./subscriptions/subscription-registry.ts";
import { RefreshQueries } from "./sync/refresh-queries.ts";
import { WatchedQueries } from "./sync/watched-queries.ts";
import type { WatchedQuery } from "./sync/watched-query.ts";

/** The engine without its doors: store, functions and live queries, wired together. */
export interface EngineCore {
  store: DocumentStore;
  /** As of now: they may be replaced. */
  functions(): FunctionRegistry;
  runtime: Runtime;
  watchedQueries: WatchedQueries;
  refreshQueries: RefreshQueries;
  /** Runs nothing before it is started. */
  scheduler: Scheduler;
  /** Runs nothing before it is started. */
  crons: CronRunner;
  files: StoredFiles;
  /** Collects nothing before it is started. */
  fileCollector: FileCollector;
  /**
   * Puts other functions in force while everything runs: no mutation is half old and half new, and
   * whoever looks at data is told what looks different now.
   *
   * @throws EngineError "SchemaMismatch", "Overloaded"; then the former functions stay.
   */
  replaceFunctions(functions: FunctionsInForce): Promise<void>;
  /** Closes the store; whatever was acknowledged is on disk already. */
  close(): void;
}

/** What a functions folder says, as far as it may change while the engine runs. */
export interface FunctionsInForce {
  schema: SchemaDefinition;
  functions: FunctionRegistry;
  crons: readonly CronJob[];
}

export function createCore(options: {
  environment: Environment;
  persistence: Persistence;
  schema: SchemaDefinition;
  functions: FunctionRegistry;
  revealsErrors: boolean;
  onDiskFailed: (error: EngineError) => void;
  scheduling?: SchedulerOptions;
  crons?: readonly CronJob[];
  files: FileStore;
  /** What the addresses of stored files begin with. */
  cloudUrl: string;
  /** Limits of one transaction below the usual ones, for tests. */
  transactionLimits?: Partial<Usage>;
}): EngineCore {
  const { environment, persistence, schema, functions, revealsErrors } = options;
  const { store, committer, changeSchema, close } = openStore(
    persistence,
    schema,
    environment,
    (commits) => {
      refreshQueries.noteChanges(commits.flatMap((commit) => commit.indexChanges));
      scheduler.noteCommits(commits);
      fileCollector.noteCommits(commits);
    },
  );
  const settings = {
    store: options.files,
    secret: uploadSecret(persistence, environment),
    cloudUrl: options.cloudUrl,
  };
  const files = new StoredFiles({ environment, store }, settings);
  const services = {
    environment,
    store,
    schema,
    registry: functions,
    creationClock: new CreationClock(),
    revealsErrors,
    files,
    transactionLimits: options.transactionLimits ?? {},
  };
  const runtime = new Runtime(services, committer, options.onDiskFailed);
  const scheduler = new Scheduler(services, runtime, options.scheduling);
  const fileCollector = new FileCollector(services, runtime, options.files);
  const crons = new CronRunner(services, runtime, options.crons ?? []);
  const watchedQueries = new WatchedQueries(runtime, new SubscriptionRegistry<WatchedQuery>());
  const refreshQueries = new RefreshQueries(environment, runtime, watchedQueries);
  return {
    store,
    functions: () => services.registry,
    runtime,
    watchedQueries,
    refreshQueries,
    scheduler,
    crons,
    files,
    fileCollector,
    replaceFunctions: async (inForce) => {
      await runtime.runAlone(() =>
        changeSchema(inForce.schema, () => {
          services.schema = inForce.schema;
          services.registry = inForce.functions;
          refreshQueries.askAnew();
        }),
      );
      await crons.replace(inForce.crons);
    },
    close,
  };
}

/** Kept over restarts, so that an upload that was allowed before is still allowed after. */
function uploadSecret(persistence: Persistence, environment: Environment): string {
  const kept = persistence.readSetting("upload_secret");
  if (kept !== null) return kept;
  const secret = Buffer.from(environment.randomBytes(32)).toString("base64url");
  persistence.writeSetting("upload_secret", secret);
  return secret;
}
