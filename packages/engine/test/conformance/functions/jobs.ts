import {
  actionGeneric,
  anyApi,
  internalActionGeneric,
  internalMutationGeneric,
  mutationGeneric,
} from "convex/server";
import { v } from "convex/values";

const { jobs, calls } = anyApi as Record<string, Record<string, never>>;

export const leave = internalMutationGeneric({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.db.insert("items", { name });
  },
});

export const leaveAndFail = internalMutationGeneric({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("items", { name: "never" });
    throw new Error("a failing job");
  },
});

export const actAndLeave = internalActionGeneric({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.runMutation(jobs!.leave!, { name } as never);
  },
});

export const whoRuns = internalMutationGeneric({
  args: {},
  handler: async (ctx) => {
    const identity = await ctx.auth.getUserIdentity();
    await ctx.db.insert("items", { name: identity === null ? "nobody" : identity.subject });
  },
});

export const plan = mutationGeneric({
  args: { job: v.string(), args: v.any(), afterMs: v.number() },
  handler: async (ctx, { job, args, afterMs }) =>
    ctx.scheduler.runAfter(afterMs, jobs![job]!, args as never),
});

export const planAt = mutationGeneric({
  args: { atMs: v.number(), asDate: v.boolean() },
  handler: async (ctx, { atMs, asDate }) => {
    const when = asDate ? new Date(atMs) : atMs;
    return ctx.scheduler.runAt(when, jobs!.leave!, { name: "at" } as never);
  },
});

export const planAndFail = mutationGeneric({
  args: {},
  handler: async (ctx) => {
    await ctx.scheduler.runAfter(0, jobs!.leave!, { name: "never" } as never);
    throw new Error("rolled back");
  },
});

export const planNestedAndCatch = mutationGeneric({
  args: {},
  handler: async (ctx) => {
    await ctx.scheduler.runAfter(0, jobs!.leave!, { name: "outer" } as never);
    try {
      await ctx.runMutation(jobs!.planAndFail!, {} as never);
    } catch {}
  },
});

export const planFromAction = actionGeneric({
  args: {},
  handler: async (ctx) => {
    await ctx.scheduler.runAfter(0, jobs!.actAndLeave!, { name: "from an action" } as never);
    const id = await ctx.scheduler.runAfter(60_000, jobs!.leave!, { name: "never" } as never);
    await ctx.scheduler.cancel(id);
  },
});

export const cancel = mutationGeneric({
  args: { id: v.id("_scheduled_functions") },
  handler: async (ctx, { id }) => ctx.scheduler.cancel(id),
});

export const chain = internalMutationGeneric({
  args: { left: v.number() },
  handler: async (ctx, { left }) => {
    await ctx.runMutation(calls!.add!, { name: `link ${left}` } as never);
    if (left > 1) await ctx.scheduler.runAfter(1_000, jobs!.chain!, { left: left - 1 } as never);
  },
});
