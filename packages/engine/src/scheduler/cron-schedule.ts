import { Cron } from "croner";
import { EngineError } from "../base/engine-error.ts";
import { limits } from "../base/limits.ts";
import { functionNameIn } from "../protocol/function-path.ts";
import type { FunctionName } from "../runtime/function-name.ts";
import type { FunctionRegistry } from "../runtime/function-registry.ts";
import type { JSONObject } from "../values/json.ts";

/** When a cron runs: from its first deploy on in equal steps, or by the calendar, in UTC. */
export type CronTiming =
  | { kind: "interval"; everyMs: number }
  | { kind: "calendar"; pattern: string };

/** One entry of a `crons.ts`. */
export interface CronJob {
  /** The name that its author gave it, with the component in front if it belongs to one. */
  identifier: string;
  path: FunctionName;
  kind: "mutation" | "action";
  args: JSONObject;
  timing: CronTiming;
}

/** As the stock `Crons` exports it. Source: convex 1.48 `server/cron.ts`. */
interface ExportedCron {
  name: string;
  args: [JSONObject];
  schedule:
    | { type: "interval"; seconds?: number; minutes?: number; hours?: number }
    | { type: "hourly"; minuteUTC?: number }
    | { type: "daily"; hourUTC: number; minuteUTC?: number }
    | { type: "weekly"; dayOfWeek: string; hourUTC: number; minuteUTC?: number }
    | { type: "monthly"; day: number; hourUTC: number; minuteUTC?: number }
    | { type: "cron"; cron: string };
}

/**
 * Reads the `crons.ts` of the app or a component; no jobs without it.
 *
 * @throws EngineError "FunctionsInvalid" for a function that is not there or a pattern that is none.
 */
export function readCrons(registry: FunctionRegistry, component = ""): CronJob[] {
  if (!registry.crons) return [];
  const exported = Object.entries(
    JSON.parse(registry.crons.export()) as Record<string, ExportedCron>,
  );
  if (exported.length > limits.cronsMax) {
    throw new EngineError("FunctionsInvalid", `More than ${limits.cronsMax} crons are too many.`);
  }
  return exported.map(([ownName, { name, args, schedule }]) => {
    const identifier = component === "" ? ownName : `${component}/${ownName}`;
    const path = name.includes(":") ? name : `${name}:default`;
    const kind = registry.find(path)?.kind;
    if (kind !== "mutation" && kind !== "action") {
      throw invalid(identifier, `runs '${path}', which is no mutation or action here`);
    }
    const timing = timingOf(identifier, schedule);
    return { identifier, path: functionNameIn(component, path), kind, args: args[0], timing };
  });
}

/**
 * The first run after a time.
 *
 * @param previousMs The run from which an interval counts on; null before the first, which is at once.
 * @returns ms since the epoch; null when the pattern never comes again, the 30th of February say.
 */
export function nextRun(
  timing: CronTiming,
  afterMs: number,
  previousMs: number | null,
): number | null {
  switch (timing.kind) {
    case "interval": {
      if (previousMs === null) return afterMs;
      const missed = Math.max(0, Math.floor((afterMs - previousMs) / timing.everyMs));
      return previousMs + (missed + 1) * timing.everyMs;
    }
    case "calendar":
      return calendar(timing.pattern).nextRun(new Date(afterMs))?.getTime() ?? null;
    default:
      return timing satisfies never;
  }
}

function timingOf(identifier: string, schedule: ExportedCron["schedule"]): CronTiming {
  if (schedule.type === "interval") {
    const { hours = 0, minutes = 0, seconds = 0 } = schedule;
    return { kind: "interval", everyMs: ((hours * 60 + minutes) * 60 + seconds) * 1_000 };
  }
  const pattern = patternOf(identifier, schedule);
  try {
    calendar(pattern);
  } catch (cause) {
    throw invalid(identifier, `has no valid cron pattern (${pattern.slice(0, 100)})`, cause);
  }
  return { kind: "calendar", pattern };
}

function patternOf(
  identifier: string,
  schedule: Exclude<ExportedCron["schedule"], { type: "interval" }>,
): string {
  if (schedule.type === "cron") return schedule.cron;
  // Without a minute of its own a cron gets one, always the same, so that not all run on the hour.
  const minute = schedule.minuteUTC ?? minuteFor(identifier);
  switch (schedule.type) {
    case "hourly":
      return `${minute} * * * *`;
    case "daily":
      return `${minute} ${schedule.hourUTC} * * *`;
    case "weekly":
      return `${minute} ${schedule.hourUTC} * * ${schedule.dayOfWeek.slice(0, 3)}`;
    case "monthly":
      return `${minute} ${schedule.hourUTC} ${schedule.day} * *`;
    default:
      return schedule satisfies never;
  }
}

function calendar(pattern: string): Cron {
  return new Cron(pattern, { mode: "5-part", utcOffset: 0, paused: true });
}

function minuteFor(identifier: string): number {
  let hash = 0;
  for (const character of identifier) hash = (hash * 31 + character.codePointAt(0)!) % 1_000_003;
  return hash % 60;
}

function invalid(identifier: string, what: string, cause?: unknown): EngineError {
  return new EngineError("FunctionsInvalid", `The cron "${identifier}" ${what}.`, { cause });
}
