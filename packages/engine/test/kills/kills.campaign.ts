import { randomInt } from "node:crypto";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { examine } from "../../src/cli/doctor.ts";
import { rowsOf, withDataFolder } from "../../src/cli/offline.ts";
import { createSeededRandom } from "../../src/runtime/seeded-random.ts";
import { openTables } from "../../src/store/open-tables.ts";
import { withFolder } from "../rig.ts";
import type { FinalState } from "./history.ts";
import { checkHistory } from "./history-checker.ts";
import { readHistory } from "./load-process.ts";
import {
  buildPrograms,
  type EngineProcess,
  freePort,
  type LoadProcess,
  type Programs,
  startEngineProcess,
  startLoadProcess,
} from "./processes.ts";

const FUNCTIONS_DIR = fileURLToPath(new URL("../fixtures/talk", import.meta.url));
const rooms = anyApi.rooms!;

const KILLS = Number(process.env.PARLEY_KILLS ?? 60);
const SEED = Number(process.env.PARLEY_SEED ?? randomInt(2 ** 31));
const SIGNALS = 10;
const KILL_AFTER_MS = [20, 800] as const;
/** Of all kills; the others come under load. */
const IN_RECOVERY = 0.2;
/** Of the kills under load: the clients' process dies too. */
const WITH_CLIENTS = 0.12;

let programs: Programs;
beforeAll(async () => {
  programs = await buildPrograms();
});
afterAll(() => programs.remove());

it(`[ST1] ${KILLS} kills under load lose, repeat and reorder nothing (seed ${SEED})`, {
  timeout: 30_000 + KILLS * 5_000,
}, async () => {
  const random = createSeededRandom(Buffer.from(String(SEED).padEnd(16, " ")));
  const between = ([least, most]: readonly [number, number]) => least + random() * (most - least);
  await withDeployment(async ({ startEngine, startLoad, url, dir, historyFile }) => {
    const counts = { underLoad: 0, inRecovery: 0, clients: 0 };
    let quickestStartMs = 1_000;
    let load: LoadProcess | null = null;
    for (let n = 0; n < KILLS; n++) {
      const isInRecovery = random() < IN_RECOVERY;
      const killsClients = random() < WITH_CLIENTS;
      const startedMs = performance.now();
      const engine = startEngine();
      if (isInRecovery) await pause(between([0.3 * quickestStartMs, 0.95 * quickestStartMs]));
      if (!isInRecovery) {
        await engine.ready;
        quickestStartMs = Math.min(quickestStartMs, performance.now() - startedMs);
        load ??= startLoad();
        await load.running;
        load.online();
        await pause(between(KILL_AFTER_MS));
      }
      counts[engine.isReady() ? "underLoad" : "inRecovery"]++;
      await engine.kill();
      if (killsClients && !isInRecovery) {
        counts.clients++;
        await load?.kill();
        load = null;
      }
    }
    const engine = startEngine();
    await engine.ready;
    load ??= startLoad();
    await load.running;
    load.online();
    await load.finish();
    const final = await readFinalState(url);
    expect(await engine.terminate()).toBe(0);

    const history = readHistory(historyFile);
    const answered = history.filter(({ kind }) => kind === "ok").length;
    const views = history.filter(({ kind }) => kind === "saw").length;
    console.log(
      `seed ${SEED}: ${counts.underLoad} kills under load, ${counts.inRecovery} in recovery, ` +
        `${counts.clients} of the clients; ${answered} messages answered, ${views} views`,
    );
    expect(checkHistory(history, final)).toEqual([]);
    expect(await examine(join(dir, "data"))).toEqual([]);
    expect(answered).toBeGreaterThan(KILLS);
    expect(counts.inRecovery + counts.underLoad).toBe(KILLS);
  });
});

it("[CL3] a signal under load leaves no mutation undecided and ends the process within 5 s", {
  timeout: 120_000,
}, async () => {
  await withDeployment(async ({ startEngine, startLoad, dir, historyFile }) => {
    let load: LoadProcess | null = null;
    let stored: string[] = [];
    for (let n = 0; n < SIGNALS; n++) {
      const engine = startEngine();
      await engine.ready;
      load ??= startLoad();
      await load.running;
      load.online();
      const before = answeredIn(historyFile).size;
      while (answeredIn(historyFile).size < before + 40) await pause(20);
      const startedMs = performance.now();
      expect(await engine.terminate()).toBe(0);
      expect(performance.now() - startedMs).toBeLessThan(5_000);
      stored = await storedMessages(join(dir, "data"));
      // What has left the engine may still be on its way into the file.
      for (let tries = 0; tries < 100 && undecided(stored, historyFile).length > 0; tries++) {
        await pause(20);
      }
      expect(undecided(stored, historyFile)).toEqual([]);
    }
    expect(readHistory(historyFile).filter(({ kind }) => kind === "failed")).toEqual([]);
    expect(stored.length).toBeGreaterThanOrEqual(SIGNALS * 40);
  });
});

/** Messages that are there without their senders having been told. */
function undecided(stored: readonly string[], historyFile: string): string[] {
  const answered = answeredIn(historyFile);
  return stored.filter((messageId) => !answered.has(messageId));
}

function answeredIn(historyFile: string): Set<string> {
  const ids = readHistory(historyFile).flatMap((e) => (e.kind === "ok" ? [e.messageId] : []));
  return new Set(ids);
}

/** Of a data folder that nobody is using. */
function storedMessages(dataDir: string): Promise<string[]> {
  return withDataFolder(dataDir, (persistence) => {
    const table = openTables(persistence).catalog.findTable("messages")!;
    return [...rowsOf(persistence, table)].map(
      ({ body }) => (JSON.parse(body) as { messageId: string }).messageId,
    );
  });
}

interface Deployment {
  dir: string;
  url: string;
  historyFile: string;
  startEngine(): EngineProcess;
  startLoad(): LoadProcess;
}

/** Whatever has been started is gone after `use`. */
async function withDeployment(use: (deployment: Deployment) => Promise<void>): Promise<void> {
  await withFolder(async (dir) => {
    cpSync(FUNCTIONS_DIR, join(dir, "functions"), { recursive: true });
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const historyFile = join(dir, "history.jsonl");
    const started: Array<{ kill(): Promise<void> }> = [];
    const noted = <T extends { kill(): Promise<void> }>(process: T): T => {
      started.push(process);
      return process;
    };
    try {
      await use({
        dir,
        url,
        historyFile,
        startEngine: () => noted(startEngineProcess(programs.engine, { dir, port })),
        startLoad: () => noted(startLoadProcess(programs.load, url, historyFile)),
      });
    } finally {
      await Promise.all(started.map((process) => process.kill()));
    }
  });
}

/** Everything that is there once no scheduled function is left. */
async function readFinalState(url: string): Promise<FinalState> {
  const client = new ConvexHttpClient(url, { logger: false });
  while (((await client.query(rooms.unfinishedJobs!, {})) as number) > 0) await pause(20);
  const all = async (table: string) => {
    const rows: unknown[] = [];
    for (let cursor: string | null = null; ; ) {
      const page: { page: unknown[]; isDone: boolean; continueCursor: string } = await client.query(
        rooms.page!,
        { table, paginationOpts: { cursor, numItems: 1_000 } },
      );
      rows.push(...page.page);
      if (page.isDone) return rows;
      cursor = page.continueCursor;
    }
  };
  const jobs = (await all("_scheduled_functions")) as Array<{
    name: string;
    args: [{ messageId: string }];
    state: { kind: string };
  }>;
  return {
    rooms: (await all("rooms")) as FinalState["rooms"],
    messages: (await all("messages")) as FinalState["messages"],
    effects: (await all("effects")) as FinalState["effects"],
    jobs: jobs.map(({ name, args, state }) => ({
      name,
      messageId: args[0].messageId,
      state: state.kind,
    })),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
