import type { EngineError } from "./base/engine-error.ts";
import type { Environment } from "./base/environment.ts";
import type { StuckCall } from "./base/event-loop-watch.ts";
import type { FileStore } from "./files/file-store.ts";
import { TokenSigner } from "./identity/token-signer.ts";
import { failStop } from "./persistence/fail-stop.ts";
import type { Persistence } from "./persistence/persistence.ts";
import { Components, type LoadedComponent } from "./runtime/components.ts";
import { FileCollector } from "./runtime/file-collector.ts";
import type { FunctionRegistry } from "./runtime/function-registry.ts";
import type { FunctionRun } from "./runtime/function-runs.ts";
import { Runtime } from "./runtime/runtime.ts";
import { StoredFiles } from "./runtime/stored-files.ts";
import { StuckCalls } from "./runtime/stuck-calls.ts";
import { CreationClock } from "./runtime/transaction-state.ts";
import { CronRunner } from "./scheduler/cron-runner.ts";
import type { CronJob } from "./scheduler/cron-schedule.ts";
import { Scheduler, type SchedulerOptions } from "./scheduler/scheduler.ts";
import type { SchemaDefinition } from "./schema/schema-definition.ts";
import type { Commit } from "./store/committer.ts";
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
  components: Components;
  tokens: TokenSigner;
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
  /** The components that the app uses, nested ones too, and which of them answer HTTP requests. */
  components?: readonly LoadedComponent[];
  httpMounts?: ReadonlyMap<string, string>;
  crons?: readonly CronJob[];
}

export interface CoreOptions extends FunctionsInForce {
  environment: Environment;
  persistence: Persistence;
  deploymentName?: string;
  /** What has ended the process before. */
  stuckCalls?: readonly StuckCall[];
  revealsErrors: boolean;
  onDiskFailed: (error: EngineError) => void;
  scheduling?: SchedulerOptions;
  files: FileStore;
  onFunctionRun?: (run: FunctionRun) => void;
  /** What the addresses of stored files begin with. */
  cloudUrl: string;
  /** Limits of one transaction below the usual ones, for tests. */
  transactionLimits?: Partial<Usage>;
}

export function createCore(options: CoreOptions): EngineCore {
  const { environment, schema, revealsErrors } = options;
  const persistence = failStop(options.persistence, options.onDiskFailed);
  const onDurable = (commits: readonly Commit[]) => {
    refreshQueries.noteChanges(commits.flatMap((commit) => commit.indexChanges));
    scheduler.noteCommits(commits);
    fileCollector.noteCommits(commits);
  };
  const opened = openStore(persistence, schema, environment, onDurable, componentSchemas(options));
  const { store, committer, changeSchema, close } = opened;
  const components = new Components(allComponents(options), store.catalog);
  const settings = {
    store: options.files,
    secret: uploadSecret(persistence, environment),
    cloudUrl: options.cloudUrl,
  };
  const files = new StoredFiles({ environment, store }, components, settings);
  const keyPlace = {
    read: () => persistence.readSetting("signing_key"),
    write: (text: string) => persistence.writeSetting("signing_key", text),
  };
  const tokens = new TokenSigner(options.cloudUrl, keyPlace, () => environment.nowMs());
  const stuckCalls = new StuckCalls(environment, options.stuckCalls ?? []);
  const services = {
    environment,
    store,
    components,
    creationClock: new CreationClock(),
    revealsErrors,
    files,
    onFunctionRun: options.onFunctionRun ?? (() => {}),
    transactionLimits: options.transactionLimits ?? {},
    tokens,
    stuckCalls,
    deploymentName: options.deploymentName ?? "parley",
  };
  const runtime = new Runtime(services, committer);
  const scheduler = new Scheduler(services, runtime, options.scheduling);
  const fileCollector = new FileCollector(services, runtime, options.files);
  const crons = new CronRunner(services, runtime, options.crons ?? []);
  const watchedQueries = new WatchedQueries(runtime, new SubscriptionRegistry<WatchedQuery>());
  const refreshQueries = new RefreshQueries(environment, runtime, watchedQueries);
  return {
    store,
    components,
    tokens,
    runtime,
    watchedQueries,
    refreshQueries,
    scheduler,
    crons,
    files,
    fileCollector,
    replaceFunctions: async (inForce) => {
      await runtime.runAlone(() =>
        changeSchema(inForce.schema, componentSchemas(inForce), () => {
          components.replace(allComponents(inForce));
          stuckCalls.forgive();
          scheduler.noteComponents();
          refreshQueries.askAnew();
        }),
      );
      await crons.replace(inForce.crons ?? []);
    },
    close,
  };
}

/** The app first. */
function allComponents(inForce: FunctionsInForce): LoadedComponent[] {
  const { functions: registry, schema, httpMounts = new Map(), components = [] } = inForce;
  return [{ path: "", registry, schema, httpMounts }, ...components];
}

function componentSchemas({ components = [] }: FunctionsInForce): Map<string, SchemaDefinition> {
  return new Map(components.map(({ path, schema }) => [path, schema]));
}

/** Kept over restarts, so that an upload that was allowed before is still allowed after. */
function uploadSecret(persistence: Persistence, environment: Environment): string {
  const kept = persistence.readSetting("upload_secret");
  if (kept !== null) return kept;
  const secret = Buffer.from(environment.randomBytes(32)).toString("base64url");
  persistence.writeSetting("upload_secret", secret);
  return secret;
}
