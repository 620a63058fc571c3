import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readStuckCalls, STUCK_CALLS } from "./stuck-calls.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "stuck-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const call = (atMs: number) => ({ atMs, path: "a:b", sums: [1, -2] as const });
const line = (atMs: number) => `${JSON.stringify(call(atMs))}\n`;

it("[WD3] reads what ended processes lately, and forgets what did so long ago", () => {
  const file = join(dir, STUCK_CALLS);
  expect(readStuckCalls(dir, 0, 100)).toEqual([]);
  writeFileSync(file, `${line(10)}nonsense\n{"atMs":1}\n${line(70)}`);
  appendFileSync(file, line(80).slice(0, 20));
  expect(readStuckCalls(dir, 90, 100)).toEqual([call(10), call(70)]);
  expect(readStuckCalls(dir, 150, 100)).toEqual([call(70)]);
  expect(readStuckCalls(dir, 1_000, 100)).toEqual([]);
  expect(existsSync(file)).toBe(false);
});
