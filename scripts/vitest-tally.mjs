// Turns a Vitest JSON report into three numbers. A run that broke must never look like a run that passed.

/**
 * Counts one run.
 *
 * @param report The parsed JSON report, or null when the runner left none behind.
 * @param exitCode The runner's exit code; null when it was killed.
 * @returns `{passed, failed, skipped}`. A file that could not be loaded counts as one failed test, and so does a
 *   runner that crashed, found no test at all, or exited with an error that no test accounts for.
 */
export function tallyReport(report, exitCode) {
  if (report === null) return { passed: 0, failed: 1, skipped: 0 };
  const tally = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults ?? []) {
    for (const test of file.assertionResults ?? []) tally[kindOf(test.status)] += 1;
    const hasFailedTest = (file.assertionResults ?? []).some((test) => test.status === "failed");
    // The file did not load, or a hook outside every test threw.
    if (file.status === "failed" && !hasFailedTest) tally.failed += 1;
  }
  const isEmpty = tally.passed + tally.failed + tally.skipped === 0;
  if (tally.failed === 0 && (exitCode !== 0 || isEmpty)) tally.failed = 1;
  return tally;
}

function kindOf(status) {
  if (status === "passed") return "passed";
  return status === "failed" ? "failed" : "skipped";
}
