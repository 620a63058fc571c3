// The bench from beginning to end: what runs, in which order, and what is printed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { browserTable, runBrowser } from "./browser";
import { growthTable, runGrowth } from "./growth";
import type { Burst, Dialect, Member } from "./load-protocol";
import { median, residentBytes, syncMs } from "./measure";
import { type BenchOptions, HELP, type Part, readOptions } from "./options";
import {
  type LoadGenerator,
  type Place,
  type Server,
  startCeiling,
  startEngine,
  startLoadGenerator,
  startProduct,
} from "./processes";
import { meet, productDialect, signUpPeople } from "./product-people";
import { type MemoryRow, memoryTable, type Row, resultTable } from "./report";
import { runWorkload, type WorkloadResult } from "./run-workload";
import { runTiming, timingTable } from "./timing";

const SETTLE_MS = 3_000;
const BURST_ROOM = 50;
/** So many that what is measured is compiled code, and in large rooms not more than there is time for. */
const PRODUCT_LOOP_DELIVERIES = 8_000;
const PRODUCT_LOOP_MESSAGES_MIN = 100;
const BURST_RATE = 100;

interface MainOptions {
  rootDir: string;
  outDir: string;
  argv: string[];
}

export async function main({ rootDir, outDir, argv }: MainOptions): Promise<void> {
  const options = readOptions(argv);
  if (options === "help") {
    console.log(HELP);
    return;
  }
  // Beside the project, not in a temporary folder that may be memory: durability is part of the figure.
  mkdirSync(join(rootDir, ".parley"), { recursive: true });
  const workDir = mkdtempSync(join(rootDir, ".parley/bench-data-"));
  const place: Place = {
    rootDir,
    outDir,
    workDir,
    isPinned: options.isPinned,
    profileDir: options.profileDir,
  };
  try {
    const text = await runAll(place, options);
    console.log(`\n${text}`);
    if (options.isWritten) writeFileSync(join(rootDir, "docs/bench.md"), `${text}\n`);
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
  process.exit(0);
}

async function runAll(place: Place, options: BenchOptions): Promise<string> {
  const syncBefore = syncMs(place.workDir);
  const rows: Row[] = [];
  const memory: MemoryRow[] = [];
  const ceilings = new Map<number, WorkloadResult[]>();
  if (options.only.includes("engine")) {
    memory.push(await memoryOf(place, "engine", startEngine, engineDialect, options));
    memory.push(await memoryOf(place, "ceiling", startCeiling, ceilingDialect, options));
  }
  const growth = options.only.includes("growth") ? await runGrowth(place, options.storeSizes) : [];
  const burst = options.only.includes("burst") ? await runBurst(place, options) : null;
  const felt = options.only.includes("browser") ? await runFelt(place, options) : null;
  const timing = options.only.includes("timing")
    ? await runTiming(place, options.repeats === 1 ? 50 : 500)
    : null;
  const apart: Part[] = ["growth", "burst", "browser", "timing"];
  const isCompared = options.only.some((part) => !apart.includes(part));
  for (const roomSize of isCompared ? options.roomSizes : []) {
    const ceiling: WorkloadResult[] = [];
    const engine: WorkloadResult[] = [];
    // The pair alternates, so that a slow minute of the machine meets both.
    for (let n = 0; n < options.repeats; n += 1) {
      ceiling.push(await runPlain(place, startCeiling, ceilingDialect, roomSize, options, 400));
      note(`ceiling R=${roomSize}`, ceiling.at(-1));
      if (!options.only.includes("engine")) continue;
      engine.push(await runPlain(place, startEngine, engineDialect, roomSize, options, 200));
      note(`engine R=${roomSize}`, engine.at(-1));
    }
    ceilings.set(roomSize, ceiling);
    rows.push({ name: "ceiling", roomSize, results: ceiling, ceiling: null });
    if (engine.length > 0) rows.push({ name: "engine", roomSize, results: engine, ceiling });
  }
  if (options.only.includes("product")) {
    const product = await runProduct(place, options);
    memory.push(product.memory);
    for (const { roomSize, results } of product.rooms) {
      const ceiling = ceilings.get(roomSize) ?? null;
      rows.push({ name: "product", roomSize, results, ceiling });
    }
  }
  const syncAfter = syncMs(place.workDir);
  return [
    reportText(rows, memory, options, [syncBefore, syncAfter]),
    felt === null ? "" : `\n${browserTable(felt)}`,
    timing === null ? "" : `\n${timingTable(timing)}`,
    growth.length === 0 ? "" : `\n${growthTable(growth)}`,
    burst === null ? "" : `\n${burstText(burst, options)}`,
  ].join("\n");
}

function runFelt(place: Place, options: BenchOptions) {
  return runBrowser(place, {
    messages: options.browserMessages,
    repeats: options.repeats === 1 ? 3 : 10,
    floodSeconds: 10,
  });
}

/** A fresh server with an empty store, one workload, and its end. */
async function runPlain(
  place: Place,
  start: (place: Place) => Promise<Server>,
  dialectOf: (url: string) => Dialect,
  roomSize: number,
  options: BenchOptions,
  startRate: number,
): Promise<WorkloadResult> {
  return withServer(place, start, (server, load) =>
    runWorkload(
      load,
      {
        dialect: dialectOf(server.url),
        members: plainMembers(options.people, roomSize),
        serverPid: server.pid,
        startRate,
        loopMessages: options.loopMessages,
      },
      options,
    ),
  );
}

async function runProduct(place: Place, options: BenchOptions) {
  return withServer(place, startProduct, async (server, load) => {
    const idleBytes = await settledBytes(server.pid);
    console.log(`signing up ${options.people} people`);
    const accounts = await signUpPeople(server.url, options.people);
    const afterSignUp = await settledBytes(server.pid);
    const dialect = productDialect(server.url);
    const rooms: { roomSize: number; results: WorkloadResult[] }[] = [];
    let perThousandBytes = Number.NaN;
    for (const roomSize of options.roomSizes) {
      const results: WorkloadResult[] = [];
      for (let n = 0; n < options.repeats; n += 1) {
        const members = await meet(server.url, accounts, roomSize);
        if (rooms.length === 0 && n === 0) {
          await load.connect(dialect, members);
          const bytes = (await settledBytes(server.pid)) - afterSignUp;
          perThousandBytes = (bytes * 1_000) / members.length;
          await load.disconnect();
        }
        const workload = {
          dialect,
          members,
          serverPid: server.pid,
          startRate: 50,
          loopMessages: Math.max(
            PRODUCT_LOOP_MESSAGES_MIN,
            Math.round(PRODUCT_LOOP_DELIVERIES / roomSize),
          ),
        };
        results.push(await runWorkload(load, workload, options));
        note(`product R=${roomSize}`, results.at(-1));
      }
      rooms.push({ roomSize, results });
    }
    const memory = { name: "product", idleBytes, perThousandBytes, connections: options.people };
    return { memory, rooms };
  });
}

/** Everybody is connected and has written a little; then all connections end and all come back. */
async function runBurst(place: Place, options: BenchOptions): Promise<Burst[]> {
  return withServer(place, startEngine, async (server, load) => {
    await load.connect(engineDialect(server.url), plainMembers(options.burstClients, BURST_ROOM));
    await load.measure(BURST_RATE, 4);
    const bursts: Burst[] = [];
    for (let n = 0; n < options.repeats; n += 1) bursts.push(await load.burst());
    await load.disconnect();
    return bursts;
  });
}

function burstText(bursts: Burst[], options: BenchOptions): string {
  const of = (pick: (one: Burst) => number) => median(bursts.map(pick)).toFixed(0);
  const inconsistent = bursts.reduce((sum, one) => sum + one.inconsistent, 0);
  return (
    `${options.burstClients} clients in rooms of ${BURST_ROOM} lose their connections and come back at the same moment ` +
    `(N = ${bursts.length}): the newest page is there after ${of((one) => one.p50Ms)} ms (p50) and ${of((one) => one.p99Ms)} ms (p99); ` +
    `${inconsistent} got less than the newest message or could not come back.`
  );
}

async function memoryOf(
  place: Place,
  name: string,
  start: (place: Place) => Promise<Server>,
  dialectOf: (url: string) => Dialect,
  options: BenchOptions,
): Promise<MemoryRow> {
  return withServer(place, start, async (server, load) => {
    const idleBytes = await settledBytes(server.pid);
    await load.connect(dialectOf(server.url), plainMembers(options.idleConnections, 2));
    const bytes = (await settledBytes(server.pid)) - idleBytes;
    await load.disconnect();
    const perThousandBytes = (bytes * 1_000) / options.idleConnections;
    return { name, idleBytes, perThousandBytes, connections: options.idleConnections };
  });
}

async function withServer<T>(
  place: Place,
  start: (place: Place) => Promise<Server>,
  act: (server: Server, load: LoadGenerator) => Promise<T>,
): Promise<T> {
  const workDir = mkdtempSync(join(place.workDir, "run-"));
  const server = await start({ ...place, workDir });
  const load = startLoadGenerator(place);
  try {
    return await act(server, load);
  } finally {
    load.stop();
    await server.stop();
    rmSync(workDir, { recursive: true, force: true });
  }
}

/** Resident memory once it has stopped falling or growing by itself. */
async function settledBytes(pid: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return residentBytes(pid);
}

function plainMembers(people: number, roomSize: number): Member[] {
  return Array.from({ length: people - (people % roomSize) }, (_, n) => ({
    room: `room ${Math.floor(n / roomSize)}`,
    author: `person ${n}`,
    token: null,
    otherQueries: [],
  }));
}

function ceilingDialect(url: string): Dialect {
  return { kind: "ceiling", url: url.replace(/^http/, "ws") };
}

function engineDialect(url: string): Dialect {
  return {
    kind: "convex",
    url,
    sendPath: "rooms:send",
    listPath: "rooms:list",
    roomField: "room",
    contentField: "body",
    hasAuthor: true,
    isPaginated: false,
    heartbeatPath: null,
  };
}

function note(what: string, result: WorkloadResult | undefined): void {
  if (result === undefined) return;
  const { maxRate, p50Ms, p99Ms, processorSecondsPer10kDeliveries, limit } = result;
  console.log(
    `${what}: ${maxRate ?? 0} msg/s, ${p50Ms.toFixed(1)} / ${p99Ms.toFixed(1)} ms, ` +
      `${processorSecondsPer10kDeliveries.toFixed(2)} CPU s per 10,000 deliveries (${limit})`,
  );
}

function reportText(
  rows: Row[],
  memory: MemoryRow[],
  options: BenchOptions,
  [syncBefore, syncAfter]: [number, number],
): string {
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  return [
    "# Bench",
    "",
    `Taken by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}; ${machine}; ` +
      `${options.isPinned ? "server on core 0, load on core 1" : "server and load share all cores"}; loopback. ` +
      `A durable write of 4 KiB takes ${syncBefore.toFixed(2)} ms (${syncAfter.toFixed(2)} ms at the end).`,
    ...(rows.length === 0 ? [] : workloadText(rows, memory, options)),
  ].join("\n");
}

function workloadText(rows: Row[], memory: MemoryRow[], options: BenchOptions): string[] {
  return [
    "",
    `${options.people} connected people in rooms of R. A message has 200 bytes, is durable before anybody sees it and goes to ` +
      "every member, the sender included. Open loop: latency counts from the moment a message was due until the last " +
      "member has it. The maximum is the highest rate, bisected to 15 %, with p99 ≤ 250 ms, nothing missing and nothing refused " +
      `for ${options.stepSeconds} s. In the closed loop ten messages a room are under way all the time. Latency over ${options.latencySeconds} s. N = ${options.repeats}; medians. The ceiling is a bare ` +
      "server of ours (ws and SQLite, one synced commit for all that wait, whole pages, serialised once): how fast this machine could be.",
    "",
    resultTable(rows),
    "",
    memoryTable(memory),
  ];
}
