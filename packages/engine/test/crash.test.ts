import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { expect, it } from "vitest";
import { withFolder } from "./rig.ts";

const JOBS_DIR = fileURLToPath(new URL("./fixtures/jobs", import.meta.url));
const FILES_DIR = fileURLToPath(new URL("./fixtures/files", import.meta.url));
const bin = fileURLToPath(new URL("../bin/parley-engine.mjs", import.meta.url));
const jobs = anyApi.jobs!;
const files = anyApi.files!;

/** An engine in a process of its own, which can be killed. */
async function startProcess(dir: string): Promise<{ child: ChildProcess; url: string }> {
  const args = ["start", "--functions", "functions", "--port", "0", "--site-port", "0"];
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: dir,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  for await (const part of child.stdout!) {
    output += part;
    const url = /ready at (\S+)/.exec(output)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error(`the engine ended before it was ready: ${output}`);
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** Asks until the condition holds; the test's own time limit ends it. */
async function poll<T>(ask: () => Promise<T>, condition: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask();
    if (condition(value)) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it("[SD3] [SD10] kills lose and repeat no scheduled mutation, and repeat no action", {
  timeout: 120_000,
}, async () => {
  await withFolder(async (dir) => {
    // A copy: the command line writes its generated files beside the functions.
    cpSync(JOBS_DIR, join(dir, "functions"), { recursive: true });
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round++) {
      const { child, url } = await startProcess(dir);
      const client = new ConvexHttpClient(url, { logger: false });
      const effects = () => client.query(jobs.effects!, {}) as Promise<string[]>;
      await client.mutation(jobs.schedule!, {
        job: "actSlowly",
        args: { name: `action ${round}` },
      });
      await poll(effects, (names) => names.includes(`action ${round} began`));
      const calls = Array.from({ length: 40 }, async (_, n) => {
        const name = `job ${round}.${n}`;
        const call = { job: "leaveEffect", args: { name } };
        await client.mutation(jobs.schedule!, call, { skipQueue: true });
        acknowledged.push(name);
      });
      const settled = Promise.allSettled(calls);
      // Killed in the middle: some have run, some are about to, some are not even acknowledged.
      await poll(effects, (names) => names.filter((name) => name.startsWith("job")).length > 5);
      await kill(child);
      await settled;
    }
    const { child, url } = await startProcess(dir);
    const client = new ConvexHttpClient(url, { logger: false });
    const rows = () =>
      client.query(jobs.rows!, {}) as Promise<Array<{ name: string; state: { kind: string } }>>;
    const ended = await poll(rows, (list) => list.every(({ state }) => state.kind !== "pending"));
    const names = (await client.query(jobs.effects!, {})) as string[];
    await kill(child);

    expect(acknowledged.length).toBeGreaterThan(0);
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
    expect(acknowledged.filter((name) => !names.includes(name))).toEqual([]);
    const mutations = ended.filter(({ name }) => name === "jobs:leaveEffect");
    const effectsOfJobs = names.filter((name) => name.startsWith("job"));
    expect(mutations.map(({ state }) => state.kind)).toEqual(effectsOfJobs.map(() => "success"));
    const actions = ended.filter(({ name }) => name === "jobs:actSlowly");
    expect(actions.map(({ state }) => state.kind)).toEqual(["failed", "failed", "failed"]);
  });
});

it("[FI7] a kill in the middle of uploads leaves whole files and no others", {
  timeout: 120_000,
}, async () => {
  await withFolder(async (dir) => {
    cpSync(FILES_DIR, join(dir, "functions"), { recursive: true });
    const first = await startProcess(dir);
    const client = new ConvexHttpClient(first.url, { logger: false });
    const address: string = await client.mutation(files.uploadUrl!, {});
    const acknowledged = new Map<string, string>();
    const uploads = Array.from({ length: 200 }, async (_, n) => {
      const body = `${n} `.repeat(10_000);
      const response = await fetch(address, { method: "POST", body });
      // So many at once are more than it takes in; those that it refused are not its to keep.
      if (!response.ok) return;
      acknowledged.set(((await response.json()) as { storageId: string }).storageId, body);
    });
    const settled = Promise.allSettled(uploads);
    while (acknowledged.size < 20) await new Promise((resolve) => setImmediate(resolve));
    await kill(first.child);
    await settled;

    const { child, url } = await startProcess(dir);
    const again = new ConvexHttpClient(url, { logger: false });
    const rows = (await again.query(files.rows!, {})) as Array<{ _id: string; size: number }>;
    const ids = rows.map(({ _id }) => _id);
    expect([...acknowledged.keys()].filter((id) => !ids.includes(id))).toEqual([]);
    for (const { _id, size } of rows) {
      const about = await again.query(files.about!, { storageId: _id });
      const text = await (await fetch(inThisProcess(about.url, url))).text();
      expect(text.length).toBe(size);
      expect(text).toBe(acknowledged.get(_id) ?? text);
    }
    await kill(child);
  });
});

/** The address as of this start: the port is another one. */
function inThisProcess(address: string, url: string): string {
  return new URL(new URL(address).pathname, url).href;
}
