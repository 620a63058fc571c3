import { fileURLToPath } from "node:url";
import type { ConvexClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { realEnvironment } from "../src/base/environment.ts";
import { type RunningEngine, startEngine, until, withFolder } from "./rig.ts";

// A busy machine is slow, not wrong: these tests measure nothing.
vi.setConfig({ testTimeout: 60_000 });

const JOBS_DIR = fileURLToPath(new URL("./fixtures/jobs", import.meta.url));
const HOUR_MS = 3_600_000;
const jobs = anyApi.jobs!;

type Job = {
  _id: string;
  name: string;
  args: unknown[];
  scheduledTime: number;
  completedTime?: number;
  state: { kind: string; error?: string };
};

let running: RunningEngine;
let client: ConvexClient;
const start = async (options: Parameters<typeof startEngine>[0] = {}) => {
  running = await startEngine({ functionsDir: JOBS_DIR, ...options });
  client = running.connect();
};
/** The engine's clock, ahead of the real one. */
const aheadBy = (ms: number) => {
  const environment = realEnvironment(() => {});
  return { ...environment, nowMs: () => environment.nowMs() + ms };
};

const schedule = (job: string, args: object, when: { afterMs?: number; at?: number } = {}) =>
  client.mutation(jobs.schedule!, { job, args, ...when }) as Promise<string>;
const rows = () => client.query(jobs.rows!, {}) as Promise<Job[]>;
const effects = () => client.query(jobs.effects!, {}) as Promise<string[]>;
const untilEffects = (condition: (names: string[]) => boolean) =>
  until<string[]>((onValue) => client.onUpdate(jobs.effects!, {}, onValue), condition);
const ended = (id: string) =>
  until<Job>(
    (onValue) => client.onUpdate(jobs.row!, { id }, onValue),
    ({ state }) => !["pending", "inProgress"].includes(state.kind),
  );

describe("scheduled functions", () => {
  beforeEach(() => start({ revealsErrors: true }));
  afterEach(() => running.stop());

  it("[SD1] run as nobody, internal ones too, and leave a row that tells how they ended", async () => {
    const mutation = await ended(await schedule("leaveEffect", { name: "mutation" }));
    expect(mutation).toEqual({
      _id: mutation._id,
      _creationTime: expect.any(Number),
      name: "jobs:leaveEffect",
      args: [{ name: "mutation" }],
      scheduledTime: expect.any(Number),
      completedTime: expect.any(Number),
      state: { kind: "success" },
    });
    const fromAction = await client.action(jobs.scheduleFromAction!, {
      job: "act",
      args: { name: "action" },
    });
    expect(await ended(fromAction)).toMatchObject({ name: "jobs:act", state: { kind: "success" } });
    expect(await effects()).toEqual(["mutation", "action"]);
  });

  it("[SD2] exist exactly when the mutation that scheduled them is committed", async () => {
    await client.mutation(jobs.scheduleAndThrow!, { name: "never" }).catch(() => null);
    await client.mutation(jobs.scheduleNested!, {});
    expect((await rows()).map(({ args }) => args)).toEqual([[{ name: "outer" }]]);
    expect(await untilEffects((names) => names.length > 0)).toEqual(["outer"]);
  });

  it("[SD3] that fail say why, keep nothing and are not run again", async () => {
    const failed = await ended(await schedule("fail", {}));
    expect(failed.state).toMatchObject({ kind: "failed", error: /a job of no luck/ });
    const action = await ended(await schedule("failToAct", {}));
    expect(action.state).toMatchObject({ kind: "failed", error: /an action of no luck/ });
    const badArgs = await ended(await schedule("leaveEffect", { name: 7 }));
    expect(badArgs.state).toMatchObject({ kind: "failed", error: /ArgumentValidationError/ });
    expect(await effects()).toEqual([]);
  });

  it("[SD4] run in the order of their times, and not before them", async () => {
    const now = Date.now();
    await schedule("leaveEffect", { name: "in an hour" }, { afterMs: HOUR_MS });
    await schedule("leaveEffect", { name: "second" }, { at: now + 300 });
    await schedule("leaveEffect", { name: "first" }, { at: now + 200 });
    await schedule("leaveEffect", { name: "long ago" }, { at: now - HOUR_MS });
    const names = await untilEffects((seen) => seen.length === 3);
    expect(names).toEqual(["long ago", "first", "second"]);
    expect(Date.now()).toBeGreaterThanOrEqual(now + 300);
    expect((await rows()).map(({ state }) => state.kind)).toEqual([
      "pending",
      "success",
      "success",
      "success",
    ]);
  });

  it("[SD5] that are canceled do not run; what has ended stays as it is", async () => {
    const pending = await schedule("leaveEffect", { name: "never" }, { afterMs: HOUR_MS });
    await client.mutation(jobs.cancel!, { id: pending });
    const done = await schedule("leaveEffect", { name: "done" });
    await ended(done);
    await client.mutation(jobs.cancel!, { id: done });
    expect((await rows()).map(({ state }) => state)).toEqual([
      { kind: "canceled" },
      { kind: "success" },
    ]);
    const itself = await ended(await schedule("cancelItself", {}));
    // The first row is another job, which has ended: that one may be canceled.
    expect(itself.state).toEqual({ kind: "success" });
    await expect(client.mutation(jobs.cancel!, { id: "no id" })).rejects.toThrow(
      /ArgumentValidationError/,
    );
  });

  it("[SD5] a mutation cannot cancel itself", async () => {
    const itself = await ended(await schedule("cancelItself", {}));
    expect(itself.state).toMatchObject({ kind: "failed", error: /cannot cancel itself/ });
  });

  it("[SD6] an action that is canceled goes on, and what it schedules then is canceled", async () => {
    const id = await schedule("actSlowly", { name: "slow" });
    await untilEffects((names) => names.includes("slow began"));
    expect(await client.query(jobs.row!, { id })).toMatchObject({ state: { kind: "inProgress" } });
    await client.mutation(jobs.cancel!, { id });
    await client.mutation(jobs.say!, { name: "slow may end" });
    await untilEffects((names) => names.includes("slow ended"));
    expect((await rows()).map(({ name, state }) => [name, state.kind])).toEqual([
      ["jobs:actSlowly", "canceled"],
      ["jobs:leaveEffect", "canceled"],
    ]);
  });

  it("[SD7] do not run more than eight at a time", async () => {
    const names = Array.from({ length: 10 }, (_, n) => `slow ${n}`);
    const ids = await Promise.all(names.map((name) => schedule("actSlowly", { name })));
    const began = (seen: string[]) => seen.filter((name) => name.endsWith("began"));
    await untilEffects((seen) => began(seen).length === 8);
    const kinds = (await rows()).map(({ state }) => state.kind);
    expect(kinds.filter((kind) => kind === "inProgress")).toHaveLength(8);
    expect(kinds.filter((kind) => kind === "pending")).toHaveLength(2);
    for (const name of names) await client.mutation(jobs.say!, { name: `${name} may end` });
    await Promise.all(ids.map(ended));
    expect(began(await effects())).toHaveLength(10);
  });

  it("[SD8] are bounded in number, size and time, and must name a function", async () => {
    await expect(client.mutation(jobs.scheduleMany!, { count: 1_001 })).rejects.toThrow(
      /Too many functions scheduled by this mutation \(limit: 1000\)/,
    );
    await expect(schedule("leaveEffect", { name: "x".repeat(5 << 20) })).rejects.toThrow(
      /too large/,
    );
    const tenYearsMs = 10 * 366 * 24 * HOUR_MS;
    await expect(schedule("leaveEffect", {}, { afterMs: tenYearsMs })).rejects.toThrow(/5 years/);
    await expect(schedule("leaveEffect", {}, { at: 0 })).rejects.toThrow(/5 years/);
    await expect(schedule("nothing", {})).rejects.toThrow(/schedule 'jobs:nothing'/);
    await expect(schedule("effects", {})).rejects.toThrow(/no mutation or action/);
    expect(await rows()).toEqual([]);
    await client.mutation(jobs.scheduleMany!, { count: 1_000 });
    expect(await rows()).toHaveLength(1_000);
  });
});

it("[SD13] functions read two tables of the engine's own, and write none", async () => {
  await start();
  const reach = (table: string) => client.mutation(jobs.reach!, { table });
  const write = expect.stringMatching(/read-only/);
  for (const table of ["_scheduled_functions", "_storage"]) {
    expect(await reach(table)).toEqual({ read: "done", write });
  }
  for (const table of ["_cron_jobs", "_file_blobs", "_nothing"]) {
    expect(await reach(table)).toEqual({ read: `There is no system table ${table}.`, write });
  }
  await running.stop();
});

describe("scheduled functions over a restart", () => {
  it("[SD9] run when their time came meanwhile, each mutation once", async () => {
    await withFolder(async (dataDir) => {
      await start({ dataDir });
      await schedule("leaveEffect", { name: "done before" });
      await untilEffects((names) => names.length === 1);
      await schedule("leaveEffect", { name: "in an hour" }, { afterMs: HOUR_MS });
      await running.stop();
      await start({ dataDir, environment: aheadBy(2 * HOUR_MS) });
      expect(await untilEffects((names) => names.length === 2)).toEqual([
        "done before",
        "in an hour",
      ]);
      await running.stop();
    });
  });

  it("[SD10] an action that was under way is failed and not run again", async () => {
    await withFolder(async (dataDir) => {
      await start({ dataDir });
      const id = await schedule("actSlowly", { name: "cut" });
      await untilEffects((names) => names.length === 1);
      await running.stop();
      await start({ dataDir });
      expect(await ended(id)).toMatchObject({
        state: { kind: "failed", error: /Transient error/ },
      });
      expect(await effects()).toEqual(["cut began"]);
      await running.stop();
    });
  });

  it("[SD11] results are kept for seven days, what is pending for ever", async () => {
    await withFolder(async (dataDir) => {
      await start({ dataDir });
      await ended(await schedule("leaveEffect", { name: "old" }));
      await schedule("leaveEffect", { name: "in a year" }, { afterMs: 365 * 24 * HOUR_MS });
      await running.stop();
      await start({ dataDir, environment: aheadBy(6.9 * 24 * HOUR_MS) });
      expect(await rows()).toHaveLength(2);
      await running.stop();
      await start({ dataDir, environment: aheadBy(7.1 * 24 * HOUR_MS) });
      const left = await until<Job[]>(
        (onValue) => client.onUpdate(jobs.rows!, {}, onValue),
        (list) => list.length === 1,
      );
      expect(left).toMatchObject([{ args: [{ name: "in a year" }], state: { kind: "pending" } }]);
      await running.stop();
    });
  });
});
