import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withFolder } from "../../test/rig.ts";
import { type Environment, realEnvironment } from "../base/environment.ts";
import { limits } from "../base/limits.ts";
import { FORMER_FUNCTION_LOG, FUNCTION_LOG, openFunctionLog } from "./function-log.ts";

/** Timers go off when the test says so. */
function withTimers(): { environment: Environment; goOff: () => void } {
  const waiting: Array<() => void> = [];
  return {
    environment: {
      ...realEnvironment(() => {}),
      setTimer: (_delayMs, callback) => {
        waiting.push(callback);
        return { cancel: () => waiting.splice(waiting.indexOf(callback), 1) };
      },
    },
    goOff: () => {
      for (const callback of waiting.splice(0)) callback();
    },
  };
}

it("[PE3] the log of the functions has a bound, in memory and on disk", async () => {
  await withFolder(async (dir) => {
    const { environment, goOff } = withTimers();
    const log = openFunctionLog(dir, environment);
    const entry = { text: "x".repeat(100_000) };
    for (let n = 0; n < 50; n++) log.add(entry);
    goOff();
    const lines = readFileSync(join(dir, FUNCTION_LOG), "utf8").trimEnd().split("\n");
    const kept = Math.floor(limits.functionLogPortionMax / JSON.stringify(entry).length) + 1;
    expect(lines).toHaveLength(kept + 1);
    expect(JSON.parse(lines.at(-1)!)).toEqual({ leftOut: 50 - kept });

    for (let n = 0; n < 12; n++) {
      for (let m = 0; m < 10; m++) log.add(entry);
      goOff();
    }
    const sizes = [FUNCTION_LOG, FORMER_FUNCTION_LOG].map((name) => statSync(join(dir, name)).size);
    for (const size of sizes) {
      expect(size).toBeLessThan(limits.functionLogBytesMax + 2 * limits.functionLogPortionMax);
    }
    log.add({ text: "the last" });
    log.close();
    expect(readFileSync(join(dir, FUNCTION_LOG), "utf8")).toMatch(/"the last"\}\n$/);
  });
});

it("[PE3] a log that cannot be written harms nobody", async () => {
  await withFolder(async (dir) => {
    const { environment, goOff } = withTimers();
    const warnings: string[] = [];
    const log = openFunctionLog(join(dir, "gone"), {
      ...environment,
      log: (_level, message) => warnings.push(message),
    });
    log.add({ text: "into nothing" });
    goOff();
    expect(warnings).toHaveLength(1);
    expect(existsSync(join(dir, "gone"))).toBe(false);
  });
});
