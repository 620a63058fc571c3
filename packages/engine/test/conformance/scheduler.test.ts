import { anyApi } from "convex/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { differing } from "./differences.ts";
import { type BackEnd, outcomeOf, startBackEnd } from "./functions/test.setup.ts";

// biome-ignore lint/suspicious/noExplicitAny: references without generated types
const { jobs, calls } = anyApi as Record<string, any>;

describe("the scheduler", () => {
  let t: BackEnd;
  const names = () => t.query(calls.names, {});
  const rows = () => t.query(async (ctx) => ctx.db.system.query("_scheduled_functions").collect());
  const kinds = async () => (await rows()).map(({ state }) => state.kind);
  const plan = (job: string, args: object, afterMs: number) =>
    t.mutation(jobs.plan, { job, args, afterMs }) as Promise<string>;

  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 5, 1) });
    vi.spyOn(console, "error").mockImplementation(() => {});
    t = startBackEnd();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("[TE4] runs at its time, and not before", async () => {
    await plan("leave", { name: "later" }, 10_000);
    vi.advanceTimersByTime(9_999);
    await t.finishInProgressScheduledFunctions();
    expect({ names: await names(), kinds: await kinds() }).toEqual({
      names: [],
      kinds: ["pending"],
    });
    vi.advanceTimersByTime(1);
    await t.finishInProgressScheduledFunctions();
    expect({ names: await names(), kinds: await kinds() }).toEqual({
      names: ["later"],
      kinds: ["success"],
    });
  });

  it("[TE4] keeps a row of what it is to do", async () => {
    await plan("leave", { name: "a" }, 5_000);
    const [row] = await rows();
    expect(row).toMatchObject({
      name: "jobs:leave",
      args: [{ name: "a" }],
      scheduledTime: Date.UTC(2026, 5, 1) + 5_000,
      state: { kind: "pending" },
    });
  });

  it.each([true, false])("[TE4] runs at a time that is given, as a date: %s", async (asDate) => {
    await t.mutation(jobs.planAt, { atMs: Date.now() + 1_000, asDate });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await names()).toEqual(["at"]);
  });

  it("[TE4] forgets what a mutation that fails has scheduled", async () => {
    await expect(t.mutation(jobs.planAndFail, {})).rejects.toThrow("rolled back");
    expect(await kinds()).toEqual([]);
  });

  it("[TE4] forgets what a nested mutation that fails has scheduled", async () => {
    const outcome = await outcomeOf(t.mutation(jobs.planNestedAndCatch, {}));
    expect(outcome).toBeNull();
    expect(await kinds()).toEqual(["pending"]);
  });

  it("[TE4] runs the chain to its end", async () => {
    await plan("chain", { left: 3 }, 0);
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await names()).toEqual(["link 3", "link 2", "link 1"]);
  });

  it("[TE4] takes back what a failing job did", async () => {
    await plan("leaveAndFail", {}, 0);
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect({ names: await names(), kinds: await kinds() }).toEqual({
      names: [],
      kinds: ["failed"],
    });
  });

  it("[TE4] is used by actions, and cancels", async () => {
    await t.action(jobs.planFromAction, {});
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect({ names: await names(), kinds: await kinds() }).toEqual({
      names: ["from an action"],
      kinds: ["success", "canceled"],
    });
  });

  it("[TE4] cancels from a mutation", async () => {
    const id = await plan("leave", { name: "never" }, 1_000);
    await t.mutation(jobs.cancel, { id });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect({ names: await names(), kinds: await kinds() }).toEqual({
      names: [],
      kinds: ["canceled"],
    });
  });

  it("[TE4] runs as nobody, whoever has scheduled", async () => {
    await t
      .withIdentity({ subject: "ada" })
      .mutation(jobs.plan, { job: "whoRuns", args: {}, afterMs: 0 });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await names()).toEqual(["nobody"]);
  });

  it("[TE4] says when a job has ended", async () => {
    await plan("leave", { name: "a" }, 0);
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    const [row] = await rows();
    expect(row!.completedTime !== undefined).toBe(differing("completed-time"));
  });

  it("[TE4] cancel of what has ended", async () => {
    const id = await plan("leave", { name: "a" }, 0);
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    await t.mutation(jobs.cancel, { id });
    expect(await kinds()).toEqual(differing("cancel-after-end"));
  });

  it("[TE4] a function that is not there", async () => {
    const outcome = await outcomeOf(plan("nowhere", {}, 0));
    expect(typeof outcome === "string" && outcome.startsWith("thrown: ")).toBe(
      differing("schedule-nothing"),
    );
    vi.clearAllTimers();
  });
});
