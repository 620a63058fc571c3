import { existsSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { FORMER_FUNCTION_LOG, FUNCTION_LOG } from "../persistence/function-log.ts";
import type { FunctionRun } from "../runtime/function-runs.ts";
import { formatRun } from "./format-run.ts";
import { requireDatabase } from "./offline.ts";

/** Prints the newest runs of functions, of an engine that runs or does not; then, if asked, what follows. */
export function printLogs(what: { dataDir: string; runsMax: number; follows: boolean }): void {
  const { dataDir, runsMax, follows } = what;
  requireDatabase(dataDir);
  const path = join(dataDir, FUNCTION_LOG);
  let text = readIfThere(path);
  const lines = [...linesOf(readIfThere(join(dataDir, FORMER_FUNCTION_LOG))), ...linesOf(text)];
  for (const line of lines.slice(-runsMax)) console.log(formatLine(line));
  if (!follows) return;
  watch(dataDir, (_event, name) => {
    if (name !== FUNCTION_LOG) return;
    const now = readIfThere(path);
    // A file that does not begin as the last one did is another one.
    const begun = now.startsWith(text) ? now.slice(text.length) : now;
    const whole = begun.slice(0, begun.lastIndexOf("\n") + 1);
    for (const line of linesOf(whole)) console.log(formatLine(line));
    text = now.startsWith(text) ? text + whole : whole;
  });
}

function formatLine(line: string): string {
  const entry = JSON.parse(line) as FunctionRun | { leftOut: number };
  return "leftOut" in entry ? `(${entry.leftOut} more runs were not kept)` : formatRun(entry);
}

function linesOf(text: string): string[] {
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "");
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
