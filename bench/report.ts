// The table that a bench ends with, as Markdown.
import { median } from "./measure";
import type { WorkloadResult } from "./run-workload";

export interface Row {
  name: string;
  roomSize: number;
  results: WorkloadResult[];
  /** What to compare with; null for the yardstick itself. */
  ceiling: WorkloadResult[] | null;
}

export interface MemoryRow {
  name: string;
  idleBytes: number;
  perThousandBytes: number;
  connections: number;
}

export function resultTable(rows: Row[]): string {
  const lines = [
    "| workload | R | processor ms per message, closed loop | ceiling's share of it | max msg/s | of the ceiling | p50 / p99 ms at 50 msg/s | times the ceiling | CPU s per 10,000 deliveries | next rate failed by |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
  ];
  for (const { name, roomSize, results, ceiling } of rows) {
    const rate = medianOf(results, (one) => one.maxRate ?? 0);
    const p50 = medianOf(results, (one) => one.p50Ms);
    const p99 = medianOf(results, (one) => one.p99Ms);
    const loopMs = medianOf(results, (one) => one.processorMsPerMessage);
    const loopShare =
      ceiling === null
        ? "–"
        : `${((100 * medianOf(ceiling, (one) => one.processorMsPerMessage)) / loopMs).toFixed(0)} %`;
    const cpu = medianOf(results, (one) => one.processorSecondsPer10kDeliveries);
    const share =
      ceiling === null || rate === 0
        ? "–"
        : `${((100 * rate) / medianOf(ceiling, (one) => one.maxRate ?? 0)).toFixed(0)} %`;
    const times =
      ceiling === null
        ? "–"
        : `${figure(p50 / medianOf(ceiling, (one) => one.p50Ms))} / ${figure(p99 / medianOf(ceiling, (one) => one.p99Ms))}`;
    const limit = (results.at(-1)?.limit ?? "").replaceAll("|", "/");
    lines.push(
      `| ${name} | ${roomSize} | ${loopMs.toFixed(3)} | ${loopShare} | ${rate.toLocaleString("en")} | ${share} | ${figure(p50)} / ${figure(p99)} | ${times} | ${figure(cpu)} | ${limit} |`,
    );
  }
  return lines.join("\n");
}

export function memoryTable(rows: MemoryRow[]): string {
  const lines = [
    "| server | MiB idle | MiB per 1,000 connections | measured with |",
    "| --- | --- | --- | --- |",
  ];
  for (const { name, idleBytes, perThousandBytes, connections } of rows) {
    lines.push(
      `| ${name} | ${mebibytes(idleBytes)} | ${mebibytes(perThousandBytes)} | ${connections} connections |`,
    );
  }
  return lines.join("\n");
}

function medianOf(results: WorkloadResult[], pick: (result: WorkloadResult) => number): number {
  return median(results.map(pick));
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}

function figure(value: number): string {
  if (Number.isNaN(value)) return "missing";
  return value >= 10 ? value.toFixed(0) : value.toFixed(value >= 1 ? 1 : 2);
}
