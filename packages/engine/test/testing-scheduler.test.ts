import {
  actionGeneric,
  anyApi,
  defineSchema,
  defineTable,
  internalActionGeneric,
  internalMutationGeneric,
} from "convex/server";
import { type GenericId, v } from "convex/values";
import { convexTest as stockTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { convexTest, type ModuleLoaders, type TestConvex } from "../src/testing/index.ts";

const jobs = anyApi.jobs!;
type Id = GenericId<"_storage">;
const schema = defineSchema({ effects: defineTable({ name: v.string() }) });

const modules: ModuleLoaders = {
  "./_generated/api.js": async () => ({}),
  "./jobs.ts": async () => ({
    leave: internalMutationGeneric({
      args: { name: v.string() },
      handler: async (ctx, { name }) => {
        await ctx.db.insert("effects", { name });
      },
    }),
    schedule: internalMutationGeneric({
      args: { job: v.string(), args: v.any(), afterMs: v.number() },
      handler: async (ctx, { job, args, afterMs }) =>
        ctx.scheduler.runAfter(afterMs, jobs[job]!, args),
    }),
    countDown: internalMutationGeneric({
      args: { from: v.number() },
      handler: async (ctx, { from }) => {
        await ctx.db.insert("effects", { name: String(from) });
        if (from > 0) await ctx.scheduler.runAfter(60_000, jobs.countDown!, { from: from - 1 });
      },
    }),
    actAfterAWhile: internalActionGeneric({
      args: {},
      handler: async (ctx) => {
        await new Promise((resolve) => setTimeout(resolve, 5_000));
        await ctx.runMutation(jobs.leave!, { name: "acted" });
      },
    }),
    storeAndRead: actionGeneric({
      args: {},
      handler: async (ctx) => {
        const id = await ctx.storage.store(new Blob(["stored"]));
        return { id, text: await (await ctx.storage.get(id))?.text() };
      },
    }),
    fail: internalMutationGeneric({
      args: {},
      handler: async () => {
        throw new Error("no luck");
      },
    }),
  }),
};

type Make = () => TestConvex<typeof schema>;
const makers: Array<[string, Make]> = [
  ["the engine", () => convexTest(schema, modules)],
  ["stock convex-test", () => stockTest(schema, modules) as unknown as TestConvex<typeof schema>],
];

describe.each(makers)("scheduled functions in tests, on %s", (_, make) => {
  let t: TestConvex<typeof schema>;
  const schedule = (job: string, args: object, afterMs: number) =>
    t.mutation(jobs.schedule!, { job, args, afterMs });
  const effects = () =>
    t.run(async (ctx) => {
      const rows: Array<{ name: string }> = await ctx.db.query("effects").collect();
      return rows.map(({ name }) => name);
    });
  const kinds = () =>
    t.run(async (ctx) => {
      const rows: Array<{ state: { kind: string } }> = await ctx.db.system
        .query("_scheduled_functions")
        .collect();
      return rows.map(({ state }) => state.kind);
    });

  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
    vi.spyOn(console, "error").mockImplementation(() => {});
    t = make();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("[TE1] wait for the fake timers, also when they are due at once", async () => {
    await schedule("leave", { name: "now" }, 0);
    await schedule("leave", { name: "later" }, 10_000);
    expect(await kinds()).toEqual(["pending", "pending"]);
    vi.advanceTimersByTime(1_000);
    await t.finishInProgressScheduledFunctions();
    expect(await kinds()).toEqual(["success", "pending"]);
    vi.advanceTimersByTime(9_000);
    await t.finishInProgressScheduledFunctions();
    expect(await kinds()).toEqual(["success", "success"]);
    expect(await effects()).toEqual(["now", "later"]);
  });

  it("[TE1] wait by the test's timers also when a function has swapped timers and put them back", async () => {
    const before = globalThis.setTimeout;
    // As a test runner does around a line that it prints.
    await t.run(async () => {
      const found = globalThis.setTimeout;
      globalThis.setTimeout = before;
      globalThis.setTimeout = found;
    });
    expect(globalThis.setTimeout).toBe(before);
    await schedule("leave", { name: "now" }, 0);
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await effects()).toEqual(["now"]);
  });

  it("[TE2] run to the end with all that they schedule", async () => {
    await schedule("countDown", { from: 3 }, 1_000);
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await effects()).toEqual(["3", "2", "1", "0"]);
    expect(await kinds()).toEqual(["success", "success", "success", "success"]);
  });

  it("[TE2] may wait for timers themselves, and may fail", async () => {
    await schedule("actAfterAWhile", {}, 1_000);
    await schedule("fail", {}, 0);
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await effects()).toEqual(["acted"]);
    expect(await kinds()).toEqual(["success", "failed"]);
  });

  it("[TE2] are given up when they never end", async () => {
    await schedule("countDown", { from: 1_000 }, 0);
    await expect(t.finishAllScheduledFunctions(vi.runAllTimers, 5)).rejects.toThrow();
  });

  it("[TE2] do not run when they were canceled", async () => {
    const id = await schedule("leave", { name: "never" }, 1_000);
    await t.run(async (ctx) => ctx.scheduler.cancel(id));
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect({ effects: await effects(), kinds: await kinds() }).toEqual({
      effects: [],
      kinds: ["canceled"],
    });
  });

  it("[TE3] files are stored, read, described and deleted", async () => {
    const stored = (await t.action(jobs.storeAndRead!, {})) as { id: Id; text: string };
    expect(stored.text).toBe("stored");
    const found = await t.run(async (ctx) => {
      const row = await ctx.db.system.get(stored.id);
      const url: unknown = await ctx.storage.getUrl(stored.id);
      await ctx.storage.delete(stored.id);
      return { size: row?.size, url: typeof url, after: await ctx.storage.getUrl(stored.id) };
    });
    expect(found).toEqual({ size: 6, url: "string", after: null });
  });
});
