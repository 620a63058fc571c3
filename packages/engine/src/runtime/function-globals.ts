import { formatWithOptions } from "node:util";
import type { Environment } from "../base/environment.ts";
import { createCheckpoint, resumed } from "./checkpoint.ts";
import { currentInvocation } from "./invocation.ts";
import { nodeProcessWith } from "./node-process.ts";
import { createSeededRandom } from "./seeded-random.ts";

/**
 * What user code finds under the names of globals that would make it depend on more than its
 * arguments and the database. The bundler replaces the names; the real globals stay untouched.
 */
export interface FunctionGlobals {
  Date: DateConstructor;
  Math: Math;
  console: Record<string, (...args: unknown[]) => void>;
  process: { env: Record<string, string | undefined> };
  /** Node's, for modules of `"use node"`, with the same `env`. */
  nodeProcess: NodeJS.Process;
  fetch: typeof fetch;
  setTimeout: typeof setTimeout;
  setInterval: typeof setInterval;
  /** Not a global: what the loader puts into loops. */
  checkpoint: () => void;
  /** The same, around what is awaited. */
  resumed: <T>(value: T) => T;
}

/** The names in the order in which the injected module exports them. */
export const FUNCTION_GLOBAL_NAMES = [
  "Date",
  "Math",
  "console",
  "process",
  "fetch",
  "setTimeout",
  "setInterval",
] as const satisfies ReadonlyArray<
  Exclude<keyof FunctionGlobals, "nodeProcess" | "checkpoint" | "resumed">
>;

const CONSOLE_LEVELS: Record<string, string> = {
  log: "LOG",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
  debug: "DEBUG",
  trace: "LOG",
};

/** Makes the globals for one deployment. At import time, outside of any call, time is real. */
export function createFunctionGlobals(
  environment: Environment,
  environmentVariables: Readonly<Record<string, string>>,
): FunctionGlobals {
  const nowMs = () => Math.trunc(currentInvocation()?.nowMs() ?? environment.nowMs());
  const FunctionDate: DateConstructor = new Proxy(Date, {
    construct: (target, args: unknown[]): Date =>
      Reflect.construct(target, args.length === 0 ? [nowMs()] : args) as Date,
    apply: () => new Date(nowMs()).toString(),
    get: (target, name) => (name === "now" ? nowMs : Reflect.get(target, name)),
  });
  const importTimeRandom = createSeededRandom(environment.randomBytes(16));
  const functionMath = Object.create(Math, {
    random: { value: () => currentInvocation()?.random() ?? importTimeRandom() },
  }) as Math;
  const consoleMethods = Object.entries(CONSOLE_LEVELS).map(([name, level]) => [
    name,
    (...args: unknown[]) => {
      const invocation = currentInvocation();
      if (invocation) invocation.log.write(level, args);
      else environment.log("info", formatWithOptions({ depth: 2 }, ...args));
    },
  ]);
  const env = { ...environmentVariables };
  return {
    Date: FunctionDate,
    Math: functionMath,
    console: Object.fromEntries(consoleMethods),
    process: { env },
    nodeProcess: nodeProcessWith(env),
    fetch: onlyInActions("fetch", environment.fetch),
    setTimeout: onlyInActions("setTimeout", setTimeout),
    setInterval: onlyInActions("setInterval", setInterval),
    resumed,
    checkpoint: createCheckpoint((functionPath) =>
      environment.log("error", "A function was stopped: it kept everybody else waiting.", {
        function: functionPath ?? "outside of any function",
      }),
    ),
  };
}

function onlyInActions<F extends (...args: never[]) => unknown>(name: string, original: F): F {
  const guarded = (...args: Parameters<F>) => {
    if (currentInvocation()?.isAction) return original(...args);
    throw new Error(
      `Can't use ${name}() in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`,
    );
  };
  return guarded as unknown as F;
}
