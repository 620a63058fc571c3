import { appendFileSync, chmodSync, existsSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Environment, Timer } from "../base/environment.ts";
import { limits } from "../base/limits.ts";

/** The newest runs, a JSON text a line, and those before them. */
export const FUNCTION_LOG = "function-log.jsonl";
export const FORMER_FUNCTION_LOG = "function-log.former.jsonl";

/** Where what functions say is kept, for who looks later. */
export interface FunctionLog {
  /** Takes a value that is JSON; it is written a moment later. */
  add(entry: object): void;
  close(): void;
}

/**
 * Keeps the newest entries in two files of the data folder, both its owner's alone: one grows to its
 * limit and then takes the place of the other.
 *
 * It is written in portions, so that a function that says much costs no write a line, and without a
 * sync: it is worth less than what it tells of. What comes faster than it can be kept is left out,
 * and so is everything while the disk refuses.
 */
export function openFunctionLog(dataDir: string, environment: Environment): FunctionLog {
  const path = join(dataDir, FUNCTION_LOG);
  let portion: string[] = [];
  let portionLength = 0;
  let leftOut = 0;
  let timer: Timer | null = null;
  let sizeBytes = existsSync(path) ? statSync(path).size : 0;

  const write = () => {
    timer = null;
    if (leftOut > 0) portion.push(`${JSON.stringify({ leftOut })}\n`);
    const text = portion.join("");
    portion = [];
    portionLength = 0;
    leftOut = 0;
    try {
      if (sizeBytes > limits.functionLogBytesMax) {
        renameSync(path, join(dataDir, FORMER_FUNCTION_LOG));
        sizeBytes = 0;
      }
      appendFileSync(path, text, { mode: 0o600 });
      if (sizeBytes === 0) chmodSync(path, 0o600);
      sizeBytes += Buffer.byteLength(text);
    } catch (error) {
      environment.log("warn", "The log of the functions cannot be written.", {
        reason: String(error),
      });
    }
  };
  return {
    add: (entry) => {
      timer ??= environment.setTimer(limits.functionLogDelayMs, write);
      if (portionLength > limits.functionLogPortionMax) {
        leftOut++;
        return;
      }
      const line = `${JSON.stringify(entry)}\n`;
      portionLength += line.length;
      portion.push(line);
    },
    close: () => {
      if (timer === null) return;
      timer.cancel();
      write();
    },
  };
}
