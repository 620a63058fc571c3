import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StuckCall } from "../base/event-loop-watch.ts";

/** The calls that have ended a process, a JSON text a line, the newest last. */
export const STUCK_CALLS = "stuck-calls.jsonl";

/**
 * What the watch of the event loop has written down, as far as it is not older than `keptMs`; what is
 * older is forgotten. Lines that were cut off count for nothing.
 */
export function readStuckCalls(dataDir: string, nowMs: number, keptMs: number): StuckCall[] {
  const file = join(dataDir, STUCK_CALLS);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  const calls = text.split("\n").flatMap((line) => parseLine(line) ?? []);
  const kept = calls.filter(({ atMs }) => Math.abs(nowMs - atMs) < keptMs);
  if (kept.length === 0) rmSync(file, { force: true });
  else if (kept.length < calls.length) {
    writeFileSync(file, kept.map((call) => `${JSON.stringify(call)}\n`).join(""), { mode: 0o600 });
  }
  return kept;
}

function parseLine(line: string): StuckCall | null {
  try {
    const { atMs, path, sums } = JSON.parse(line) as StuckCall;
    const isSound = typeof atMs === "number" && typeof path === "string" && sums.length === 2;
    return isSound ? { atMs, path, sums } : null;
  } catch {
    return null;
  }
}
