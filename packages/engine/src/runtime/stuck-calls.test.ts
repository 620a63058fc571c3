import { expect, it } from "vitest";
import { type Environment, realEnvironment } from "../base/environment.ts";
import { limits } from "../base/limits.ts";
import { StuckCalls } from "./stuck-calls.ts";

const refusal = /is not begun again/;
const argsOf = (n: number) => `[{"text":"${"x".repeat(100)}${n}"}]`;

it("[WD3] refuses the same call for a while, and after three others its function", () => {
  let nowMs = 1_000;
  const environment: Environment = { ...realEnvironment(() => {}), nowMs: () => nowMs };
  const marks = [0, 1, 2].map((n) => new StuckCalls(environment, []).admit("a:b", argsOf(n)));
  const stuck = marks.map(({ path, sums }) => ({ atMs: nowMs, path, sums }));

  const two = new StuckCalls(environment, stuck.slice(0, 2));
  expect(() => two.admit("a:b", argsOf(0))).toThrow(refusal);
  expect(() => two.admit("a:b", argsOf(1))).toThrow(refusal);
  two.admit("a:b", argsOf(2));
  two.admit("a:c", argsOf(0));

  const three = new StuckCalls(environment, stuck);
  expect(() => three.admit("a:b", argsOf(9))).toThrow(refusal);
  three.admit("a:c", argsOf(0));
  three.forgive();
  three.admit("a:b", argsOf(0));

  nowMs += limits.stuckCallKeptMs;
  two.admit("a:b", argsOf(0));
});
