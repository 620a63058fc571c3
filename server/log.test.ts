import { expect, test } from "vitest";
import { createLog, formatLogLine } from "./log";

const AT = Date.UTC(2026, 10, 22, 9, 30);

test("one line: time, level, message, facts", () => {
  const facts = { port: 3000, url: "http://localhost:3000", error: new Error("no space left") };
  expect(formatLogLine(AT, "warn", "store slow", facts)).toBe(
    '2026-11-22T09:30:00.000Z warn store slow port=3000 url=http://localhost:3000 error="no space left"',
  );
});

test("input cannot forge a line", () => {
  const forged = "x\n2026-11-22T09:30:00.000Z error all is lost";
  const line = formatLogLine(AT, "info", forged, { path: forged, list: ["a\r\nb"] });
  expect(line.split(/[\r\n\u2028\u2029]/)).toHaveLength(1);
});

test("secrets are hidden by the name of their fact", () => {
  const facts = {
    token: "canary-1",
    eventsSecret: "canary-2",
    Cookie: "canary-3",
    password: "canary-4",
  };
  expect(formatLogLine(AT, "info", "x", facts)).not.toContain("canary");
});

test("long values are cut", () => {
  expect(formatLogLine(AT, "info", "x", { path: "y".repeat(5_000) }).length).toBeLessThan(600);
});

test("debug entries are written only when asked for", () => {
  const lines: string[] = [];
  for (const isVerbose of [false, true]) {
    const log = createLog((line) => lines.push(line), { now: () => AT, isVerbose });
    log("debug", "detail");
  }
  expect(lines).toEqual(["2026-11-22T09:30:00.000Z debug detail\n"]);
});
