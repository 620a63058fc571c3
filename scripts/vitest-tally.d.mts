export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}
export function tallyReport(report: unknown, exitCode: number | null): Tally;
