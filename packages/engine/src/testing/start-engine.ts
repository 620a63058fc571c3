import { type Environment, realEnvironment } from "../base/environment.ts";
import { createCore, type EngineCore } from "../core.ts";
import { openMemoryFiles } from "../files/memory-files.ts";
import { openMemoryPersistence } from "../persistence/memory-persistence.ts";
import type { LoadedComponent } from "../runtime/components.ts";
import { createFunctionRegistry, type FunctionRegistry } from "../runtime/function-registry.ts";
import { EMPTY_SCHEMA, parseSchema } from "../schema/schema-definition.ts";
import type { Usage } from "../store/transaction-usage.ts";
import type { ModuleLoaders } from "./convex-test.ts";

/** A component that a test has registered. */
export interface RegisteredComponent {
  /** Names from the app down: `presence/batchWorker`. */
  path: string;
  schema: { export(): string } | null;
  loaders: ModuleLoaders;
}

/** Exports by module path. */
export type Modules = Map<string, Record<string, unknown>>;

export interface TestEngine {
  core: EngineCore;
  /** @throws What a module has thrown when it was loaded, once something of it is called. */
  requireLoaded(functionPath: string): void;
}

/**
 * The engine in memory. All modules are loaded now; one that cannot be loaded is an error only for
 * who calls it, since a suite may well have modules that need more than it gives them.
 *
 * @param inline Functions that tests write in place; looked into at every call.
 */
export async function startEngine(options: {
  schema: { export(): string } | null;
  loaders: ModuleLoaders;
  inline: Modules;
  transactionLimits: Partial<Usage>;
  components?: readonly RegisteredComponent[];
}): Promise<TestEngine> {
  const { modules, failures } = await loadModules(options.loaders);
  const registered = createFunctionRegistry(modules);
  const functions: FunctionRegistry = {
    ...registered,
    find: (path) => registered.find(path) ?? createFunctionRegistry(options.inline).find(path),
  };
  const core = createCore({
    environment: testEnvironment,
    persistence: openMemoryPersistence(),
    schema: options.schema ? parseSchema(options.schema.export()) : EMPTY_SCHEMA,
    functions,
    components: await Promise.all((options.components ?? []).map(loadComponent)),
    revealsErrors: true,
    onDiskFailed: () => {},
    files: openMemoryFiles(testEnvironment),
    cloudUrl: "https://convex.test",
    transactionLimits: options.transactionLimits,
    scheduling: {
      jobEnvironment,
      runningMax: Number.POSITIVE_INFINITY,
      clockCheckMs: Number.POSITIVE_INFINITY,
    },
  });
  await core.scheduler.start();
  core.fileCollector.start();
  return {
    core,
    requireLoaded: (functionPath) => {
      const modulePath = functionPath.slice(0, functionPath.lastIndexOf(":"));
      if (failures.has(modulePath)) throw failures.get(modulePath);
    },
  };
}

/** @throws What a module of it throws when it is loaded. */
async function loadComponent(component: RegisteredComponent): Promise<LoadedComponent> {
  const { path, schema, loaders } = component;
  const { modules, failures } = await loadModules(loaders);
  for (const failure of failures.values()) throw failure;
  return {
    path,
    registry: createFunctionRegistry(modules),
    schema: schema ? parseSchema(schema.export()) : EMPTY_SCHEMA,
    httpMounts: new Map(),
  };
}

/** Module paths are taken relative to the folder that holds `_generated`. */
async function loadModules(
  loaders: ModuleLoaders,
): Promise<{ modules: Modules; failures: Map<string, unknown> }> {
  const generated = Object.keys(loaders).find((path) => path.includes("_generated/"));
  if (generated === undefined) {
    throw new Error(
      'Could not find the "_generated" directory: the modules must include a file of it.',
    );
  }
  const root = generated.slice(0, generated.indexOf("_generated/"));
  const modules: Modules = new Map();
  const failures = new Map<string, unknown>();
  for (const [path, load] of Object.entries(loaders)) {
    const modulePath = path.slice(root.length).replace(/\.[cm]?[jt]sx?$/, "");
    if (!path.startsWith(root) || modulePath.startsWith("_generated/")) continue;
    if (modulePath.includes(".")) continue;
    try {
      modules.set(modulePath, (await load()) as Record<string, unknown>);
    } catch (error) {
      failures.set(modulePath, error);
    }
  }
  return { modules, failures };
}

/** Timers as they were when this module was loaded: tests that fake them fake `Date` only for us. */
export const testEnvironment: Environment = (() => {
  const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;
  const { setImmediate: realSetImmediate, performance: realPerformance } = globalThis;
  return {
    ...realEnvironment(() => {}),
    monotonicMs: realPerformance.now.bind(realPerformance),
    setTimer: (delayMs, callback) => {
      const timer = realSetTimeout(callback, delayMs);
      timer.unref();
      return { cancel: () => realClearTimeout(timer) };
    },
    defer: (callback) => {
      realSetImmediate(callback);
    },
  };
})();

/** One turn of the real event loop, whatever the test has done to its timers. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => testEnvironment.setTimer(0, resolve));
}

/**
 * Scheduled functions wait by the timers that the test has in place when they are scheduled, real or
 * fake, as with convex-test; nothing else in the engine does.
 */
const jobEnvironment: Environment = {
  ...realEnvironment(() => {}),
  setTimer: (delayMs, callback) => {
    const { clearTimeout } = globalThis;
    const timer = globalThis.setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
