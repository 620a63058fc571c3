import {
  type FunctionReference,
  type GenericSchema,
  getFunctionName,
  internalMutationGeneric,
  internalQueryGeneric,
  type SchemaDefinition,
  type UserIdentity,
} from "convex/server";
import { ConvexError, convexToJson, jsonToConvex, type Value } from "convex/values";
import { type Environment, realEnvironment } from "../base/environment.ts";
import { createCore, type EngineCore } from "../core.ts";
import { openMemoryFiles } from "../files/memory-files.ts";
import { ANONYMOUS, type Caller } from "../identity/caller.ts";
import { openMemoryPersistence } from "../persistence/memory-persistence.ts";
import { canonicalFunctionPath } from "../protocol/function-path.ts";
import { createFunctionRegistry, type FunctionRegistry } from "../runtime/function-registry.ts";
import type { FunctionResult } from "../runtime/outcome.ts";
import type { FunctionKind } from "../runtime/registered-function.ts";
import type { FunctionCall } from "../runtime/run-transaction.ts";
import { EMPTY_SCHEMA, parseSchema } from "../schema/schema-definition.ts";
import type { JSONObject, JSONValue } from "../values/json.ts";
import { finishScheduled } from "./finish-scheduled.ts";

/** What `import.meta.glob` gives: loaders by path. */
export type ModuleLoaders = Record<string, () => Promise<Record<string, unknown>>>;

type Reference = FunctionReference<
  FunctionKind & ("query" | "mutation" | "action"),
  "public" | "internal"
>;
// biome-ignore lint/suspicious/noExplicitAny: the ctx type is the caller's, as in convex-test
type Inline = (ctx: any) => unknown;

export interface ConvexTest {
  query(query: Reference | Inline, args?: Record<string, unknown>): Promise<unknown>;
  mutation(mutation: Reference | Inline, args?: Record<string, unknown>): Promise<unknown>;
  action(action: Reference, args?: Record<string, unknown>): Promise<unknown>;
  /** Runs code of the test's in a mutation and gives back what it returns, as it is. */
  run(code: Inline): Promise<unknown>;
  fetch(pathQueryFragment: string, init?: RequestInit): Promise<Response>;
  /** The same deployment as somebody; what is missing of the identity is made up from the rest. */
  withIdentity(identity: Partial<UserIdentity>): ConvexTest;
  /** Waits for the scheduled functions that timers have started. */
  finishInProgressScheduledFunctions(): Promise<void>;
  /**
   * Waits for scheduled functions and those that they schedule. Fake timers are on meanwhile, and
   * `advanceTimers`, usually `vi.runAllTimers`, moves them.
   *
   * @throws when functions go on scheduling others, after `iterationsMax` rounds.
   */
  finishAllScheduledFunctions(advanceTimers: () => void, iterationsMax?: number): Promise<void>;
}

type Schema = SchemaDefinition<GenericSchema, boolean>;

const TEST_ISSUER = "https://convex.test";

/**
 * The real engine in memory, with the shape of `convex-test`: alias the one module to the other and
 * a suite written for either runs on both.
 *
 * Module paths are taken relative to the folder that holds `_generated`.
 */
export function convexTest(schema: Schema | null | undefined, modules: ModuleLoaders): ConvexTest {
  const inline = new Map<string, Record<string, unknown>>();
  // What a schema is to be read by is left out of its public type.
  const exported = schema as { export(): string } | null | undefined;
  const started = start(exported, modules, inline);
  return testAs(started, inline, ANONYMOUS);
}

async function start(
  schema: { export(): string } | null | undefined,
  loaders: ModuleLoaders,
  inline: Map<string, Record<string, unknown>>,
): Promise<EngineCore> {
  const generated = Object.keys(loaders).find((path) => path.includes("_generated/"));
  if (generated === undefined) {
    throw new Error('The modules must include a file of the "_generated" folder.');
  }
  const root = generated.slice(0, generated.indexOf("_generated/"));
  const modules = new Map<string, Record<string, unknown>>();
  for (const [path, load] of Object.entries(loaders)) {
    const modulePath = path.slice(root.length).replace(/\.[cm]?[jt]sx?$/, "");
    if (!path.startsWith(root) || modulePath.startsWith("_generated/")) continue;
    if (modulePath.includes(".")) continue;
    modules.set(modulePath, await load());
  }
  const registered = createFunctionRegistry(modules);
  const functions: FunctionRegistry = {
    ...registered,
    find: (path) => registered.find(path) ?? createFunctionRegistry(inline).find(path),
  };
  const core = createCore({
    environment: testEnvironment,
    persistence: openMemoryPersistence(),
    schema: schema ? parseSchema(schema.export()) : EMPTY_SCHEMA,
    functions,
    revealsErrors: true,
    onDiskFailed: () => {},
    files: openMemoryFiles(testEnvironment),
    cloudUrl: "https://convex.test",
    scheduling: {
      jobEnvironment,
      runningMax: Number.POSITIVE_INFINITY,
      clockCheckMs: Number.POSITIVE_INFINITY,
    },
  });
  await core.scheduler.start();
  core.fileCollector.start();
  return core;
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

/** Timers as they were when this module was loaded: tests that fake them fake `Date` only for us. */
const testEnvironment: Environment = (() => {
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

function nextTurn(): Promise<void> {
  return new Promise((resolve) => testEnvironment.setTimer(0, resolve));
}

function testAs(
  started: Promise<EngineCore>,
  inline: Map<string, Record<string, unknown>>,
  caller: Caller,
): ConvexTest {
  const call = (path: string, args: JSONObject): FunctionCall => ({
    path: canonicalFunctionPath(path),
    args,
    caller,
    allowsInternal: true,
  });
  const runners = {
    query: async (path: string, args: JSONObject) =>
      (await (await started).runtime.runQuery(call(path, args))).result,
    mutation: async (path: string, args: JSONObject) =>
      (await (await started).runtime.runMutation(call(path, args))).result,
    action: async (path: string, args: JSONObject) =>
      (await started).runtime.runAction(call(path, args)),
  };
  const runInline = async (kind: "query" | "mutation", code: Inline) => {
    const name = `inline${inline.size}`;
    let output: unknown;
    const handler = async (ctx: unknown) => {
      output = await code(ctx);
      return null;
    };
    const register = kind === "query" ? internalQueryGeneric : internalMutationGeneric;
    inline.set(name, { run: register({ handler }) });
    try {
      unwrap(await runners[kind](`${name}:run`, {}));
    } finally {
      inline.set(name, {});
    }
    return output;
  };
  const runFunction = async (
    kind: "query" | "mutation" | "action",
    reference: Reference,
    args: Record<string, unknown> = {},
  ) => {
    const encoded = convexToJson(args as Value) as JSONObject;
    return unwrap(await runners[kind](getFunctionName(reference), encoded));
  };
  return {
    query: (query, args) =>
      isInline(query) ? runInline("query", query) : runFunction("query", query, args),
    mutation: (mutation, args) =>
      isInline(mutation)
        ? runInline("mutation", mutation)
        : runFunction("mutation", mutation, args),
    action: (action, args) => runFunction("action", action, args),
    run: (code) => runInline("mutation", code),
    fetch: async (path, init) => {
      const request = new Request(new URL(path, "https://convex.test.site"), init);
      return (await started).runtime.runHttpAction(request, caller);
    },
    withIdentity: (identity) => testAs(started, inline, callerOf(identity)),
    finishInProgressScheduledFunctions: async () => (await started).scheduler.whenQuiet(),
    finishAllScheduledFunctions: async (advanceTimers, iterationsMax = 100) =>
      finishScheduled((await started).scheduler, advanceTimers, nextTurn, iterationsMax),
  };
}

function isInline(value: Reference | Inline): value is Inline {
  return typeof value === "function";
}

function callerOf(given: Partial<UserIdentity>): Caller {
  const subject = given.subject ?? hashOf(JSON.stringify(given));
  const issuer = given.issuer ?? TEST_ISSUER;
  const tokenIdentifier = given.tokenIdentifier ?? `${issuer}|${subject}`;
  const identity = { ...given, subject, issuer, tokenIdentifier } as JSONObject;
  const expiresAtMs = Number.POSITIVE_INFINITY;
  return { kind: "user", identity: { identity, tokenIdentifier, expiresAtMs, token: "" } };
}

function hashOf(text: string): string {
  let hash = 0;
  for (const character of text) hash = (Math.imul(hash, 31) + character.codePointAt(0)!) | 0;
  return String(hash >>> 0);
}

function unwrap(result: FunctionResult): unknown {
  if (result.ok) return jsonToConvex(JSON.parse(result.valueJson));
  const message = result.errorMessage.replace(/^\[Request ID: \w+\] Server Error\n?/, "");
  if (result.errorDataJson === undefined)
    throw new Error(message.replace(/^Uncaught \w*Error: /, ""));
  throw new ConvexError(
    jsonToConvex(JSON.parse(result.errorDataJson) as JSONValue as never) as Value,
  );
}
