import { expect, test } from "vitest";
import { tallyReport } from "./vitest-tally.mjs";

const passing = {
  status: "passed",
  assertionResults: [{ status: "passed" }, { status: "skipped" }],
};
const failing = {
  status: "failed",
  assertionResults: [{ status: "passed" }, { status: "failed" }],
};
const unloadable = { status: "failed", assertionResults: [] };

test.each([
  ["a clean run", { testResults: [passing] }, 0, { passed: 1, failed: 0, skipped: 1 }],
  ["a failed test", { testResults: [passing, failing] }, 1, { passed: 2, failed: 1, skipped: 1 }],
  [
    "a file that does not load",
    { testResults: [passing, unloadable] },
    1,
    { passed: 1, failed: 1, skipped: 1 },
  ],
  [
    "an error outside every test",
    { testResults: [passing] },
    1,
    { passed: 1, failed: 1, skipped: 1 },
  ],
  ["a killed runner", { testResults: [passing] }, null, { passed: 1, failed: 1, skipped: 1 }],
  ["no report", null, 0, { passed: 0, failed: 1, skipped: 0 }],
  ["no test found", { testResults: [] }, 0, { passed: 0, failed: 1, skipped: 0 }],
])("counts %s", (_name, report, exitCode, expected) => {
  expect(tallyReport(report, exitCode)).toEqual(expected);
});
