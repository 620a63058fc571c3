// What it costs that a store has grown: the same work on a small and on a large one, taking turns.
import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { processorSeconds, residentBytes } from "./measure";
import { type Place, type Server, startEngine } from "./processes";

const FILL_AT_ONCE = 4_000;
const ROUNDS = 10;
const PAGES_A_CALL = 20;
const READ_CALLS_A_ROUND = 30;
const WRITES_A_ROUND = 1_000;
/** Commits stay in the log for 20 s; what it costs to move them into the tables counts too. */
const MOVED_AFTER_MS = 30_000;

export interface GrowthRow {
  messages: number;
  fillSeconds: number;
  /** From starting the process to its first answer. */
  openSeconds: number;
  readMs: number;
  writeMs: number;
  residentBytes: number;
}

interface Store {
  server: Server;
  row: GrowthRow;
  from: number;
  to: number;
}

export async function runGrowth(place: Place, sizes: readonly number[]): Promise<GrowthRow[]> {
  const stores: Store[] = [];
  try {
    for (const messages of sizes) stores.push(await openFilled(place, messages));
    await takeTurns(stores, "readMs", READ_CALLS_A_ROUND * PAGES_A_CALL, readPages, 0);
    await takeTurns(stores, "writeMs", WRITES_A_ROUND, writeMessages, MOVED_AFTER_MS);
    for (const { server, row } of stores) row.residentBytes = residentBytes(server.pid);
    return stores.map(({ row }) => row);
  } finally {
    for (const { server } of stores) await server.stop();
  }
}

/** Fills a store through the engine itself, then opens it as after a restart. */
async function openFilled(place: Place, messages: number): Promise<Store> {
  mkdirSync(place.workDir, { recursive: true });
  const ownPlace = { ...place, workDir: mkdtempSync(join(place.workDir, "growth-")) };
  const filling = await startEngine(ownPlace);
  const startMs = performance.now();
  for (let filled = 0; filled < messages; filled += FILL_AT_ONCE) {
    await call(filling, "mutation", "growth:fill", {
      count: Math.min(FILL_AT_ONCE, messages - filled),
    });
  }
  const fillSeconds = (performance.now() - startMs) / 1_000;
  await filling.stop();
  const openedMs = performance.now();
  const server = await startEngine(ownPlace);
  const { from, to } = (await call(server, "query", "growth:span", {})) as {
    from: number;
    to: number;
  };
  const openSeconds = (performance.now() - openedMs) / 1_000;
  console.log(`${messages} messages filled in ${fillSeconds.toFixed(0)} s`);
  const none = Number.NaN;
  const row = { messages, fillSeconds, openSeconds, readMs: none, writeMs: none, residentBytes: 0 };
  return { server, row, from, to };
}

/** Lets the stores work in turns, so that a slow minute of the machine meets all of them. */
async function takeTurns(
  stores: Store[],
  figure: "readMs" | "writeMs",
  worksARound: number,
  work: (store: Store) => Promise<void>,
  afterMs: number,
): Promise<void> {
  // The first round is for the compiler.
  for (const store of stores) await work(store);
  const before = stores.map(({ server }) => processorSeconds(server.pid));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const store of stores) await work(store);
  }
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  for (const [place, { server, row }] of stores.entries()) {
    const seconds = processorSeconds(server.pid) - (before[place] ?? 0);
    row[figure] = (seconds * 1_000) / (ROUNDS * worksARound);
  }
}

async function readPages({ server, from, to }: Store): Promise<void> {
  for (let n = 0; n < READ_CALLS_A_ROUND; n += 1) {
    await call(server, "query", "growth:pages", { count: PAGES_A_CALL, from, to });
  }
}

async function writeMessages({ server }: Store): Promise<void> {
  await call(server, "mutation", "growth:fill", { count: WRITES_A_ROUND });
}

async function call(
  server: Server,
  kind: "query" | "mutation",
  path: string,
  args: object,
): Promise<unknown> {
  const response = await fetch(`${server.url}/api/${kind}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ path, args, format: "json" }),
  });
  const answer = (await response.json()) as { status: string; value?: unknown };
  if (answer.status !== "success") throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer.value;
}

export function growthTable(rows: readonly GrowthRow[]): string {
  const lines = [
    "| messages stored | s to open | page of 30, ms of processor | write, ms of processor | MiB resident |",
    "| --- | --- | --- | --- | --- |",
  ];
  for (const { messages, openSeconds, readMs, writeMs, residentBytes } of rows) {
    lines.push(
      `| ${messages.toLocaleString("en")} | ${openSeconds.toFixed(1)} | ${readMs.toFixed(3)} | ${writeMs.toFixed(3)} | ${(residentBytes / 2 ** 20).toFixed(0)} |`,
    );
  }
  const [small, large] = [rows.at(0), rows.at(-1)];
  if (small && large && small !== large) {
    const times = (pick: (row: GrowthRow) => number) => (pick(large) / pick(small)).toFixed(2);
    lines.push(
      `| times | ${times((row) => row.openSeconds)} | ${times((row) => row.readMs)} | ${times((row) => row.writeMs)} | ${times((row) => row.residentBytes)} |`,
    );
  }
  return lines.join("\n");
}
