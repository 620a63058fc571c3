import {
  actionGeneric,
  anyApi,
  createFunctionHandle,
  internalActionGeneric,
  internalMutationGeneric,
  internalQueryGeneric,
  makeFunctionReference,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import { ConvexError, v } from "convex/values";

const { calls } = anyApi as { calls: Record<string, never> };

export const add = mutationGeneric({
  args: { name: v.string() },
  returns: v.id("items"),
  handler: async (ctx, { name }) => ctx.db.insert("items", { name }),
});

export const names = queryGeneric({
  args: {},
  returns: v.array(v.string()),
  handler: async (ctx) => (await ctx.db.query("items").collect()).map(({ name }) => name as string),
});

export const hiddenNames = internalQueryGeneric({
  args: {},
  handler: async (ctx) => (await ctx.db.query("items").collect()).map(({ name }) => name as string),
});

export const addThenThrow = internalMutationGeneric({
  args: { name: v.string(), how: v.union(v.literal("error"), v.literal("data")) },
  handler: async (ctx, { name, how }) => {
    await ctx.db.insert("items", { name });
    if (how === "data") throw new ConvexError({ refused: name });
    throw new Error(`no ${name}`);
  },
});

/** The nested call's writes are seen, and stay or go with how it ends. */
export const nest = mutationGeneric({
  args: { how: v.union(v.literal("error"), v.literal("data"), v.literal("fine")) },
  handler: async (ctx, { how }) => {
    await ctx.db.insert("items", { name: "outer" });
    let caught: unknown = null;
    try {
      if (how === "fine") await ctx.runMutation(calls.add!, { name: "inner" } as never);
      else await ctx.runMutation(calls.addThenThrow!, { name: "inner", how } as never);
    } catch (error) {
      caught = error instanceof ConvexError ? (error.data as unknown) : "an error";
    }
    return { caught, names: await ctx.runQuery(calls.hiddenNames!, {} as never) };
  },
});

/** Three levels: the middle one catches the lowest, then fails itself. */
export const nestDeep = mutationGeneric({
  args: { middleFails: v.boolean() },
  handler: async (ctx, { middleFails }) => {
    await ctx.db.insert("items", { name: "top" });
    try {
      await ctx.runMutation(calls.middle!, { fails: middleFails } as never);
    } catch {
      await ctx.db.insert("items", { name: "after" });
    }
    return (await ctx.db.query("items").collect()).map(({ name }) => name as string);
  },
});

export const middle = internalMutationGeneric({
  args: { fails: v.boolean() },
  handler: async (ctx, { fails }) => {
    await ctx.db.insert("items", { name: "middle" });
    try {
      await ctx.runMutation(calls.addThenThrow!, { name: "lowest", how: "error" } as never);
    } catch {
      await ctx.db.insert("items", { name: "caught" });
    }
    if (fails) throw new Error("the middle fails too");
  },
});

/** What a nested mutation has changed of others' documents is as it was, once it fails. */
export const changeThenThrow = internalMutationGeneric({
  args: { id: v.id("items"), other: v.id("items") },
  handler: async (ctx, { id, other }) => {
    await ctx.db.patch(id, { name: "changed" });
    await ctx.db.delete(other);
    await ctx.db.insert("items", { name: "new" });
    throw new Error("back");
  },
});

export const takeBack = mutationGeneric({
  args: {},
  handler: async (ctx) => {
    const id = await ctx.db.insert("items", { name: "kept" });
    const other = await ctx.db.insert("items", { name: "other" });
    await ctx.db.patch(id, { name: "patched" });
    try {
      await ctx.runMutation(calls.changeThenThrow!, { id, other } as never);
    } catch {}
    const byIndex = await ctx.db
      .query("items")
      .withIndex("by_name", (q) => q.gte("name", ""))
      .collect();
    return byIndex.map(({ name }) => name as string);
  },
});

export const stale = mutationGeneric({
  args: {},
  handler: async (ctx) => {
    await ctx.db.insert("items", { name: "uncommitted" });
    const fresh = await ctx.runQuery(calls.hiddenNames!, {} as never);
    const old = await ctx.runQuery(calls.hiddenNames!, {} as never, { useStaleSnapshot: true });
    return { fresh, old };
  },
});

export const writeInQuery = queryGeneric({
  args: {},
  handler: async (ctx) => {
    const db = ctx.db as unknown as { insert?: unknown };
    return typeof db.insert;
  },
});

export const act = actionGeneric({
  args: { name: v.string() },
  handler: async (ctx, { name }) => {
    await ctx.runMutation(calls.add!, { name } as never);
    const all = await ctx.runQuery(calls.hiddenNames!, {} as never);
    return { all, inner: await ctx.runAction(calls.hiddenAct!, {} as never) };
  },
});

export const hiddenAct = internalActionGeneric({
  args: {},
  handler: async () => "inner",
});

/** Each call of an action is a transaction of its own: what went before stays. */
export const actAndFail = actionGeneric({
  args: {},
  handler: async (ctx) => {
    await ctx.runMutation(calls.add!, { name: "stays" } as never);
    try {
      await ctx.runMutation(calls.addThenThrow!, { name: "goes", how: "data" } as never);
    } catch (error) {
      return error instanceof ConvexError ? (error.data as unknown) : "not a ConvexError";
    }
    return null;
  },
});

export const actInParallel = actionGeneric({
  args: {},
  handler: async (ctx) => {
    const adds = ["a", "b", "c"].map((name) => ctx.runMutation(calls.add!, { name } as never));
    return (await Promise.all(adds)).length;
  },
});

export const byHandle = mutationGeneric({
  args: {},
  handler: async (ctx) => {
    const handle = await createFunctionHandle(makeFunctionReference<"mutation">("calls:add"));
    await ctx.runMutation(handle, { name: "by handle" });
    return typeof handle;
  },
});

export const badResult = queryGeneric({
  args: {},
  returns: v.string(),
  handler: async () => 7 as unknown as string,
});

export const throwThing = queryGeneric({
  args: { what: v.string() },
  handler: async (_, { what }) => {
    if (what === "string") throw "a string";
    if (what === "object") throw { code: 7 };
    if (what === "convex-string") throw new ConvexError("only text");
    if (what === "convex-null") throw new ConvexError(null);
    if (what === "convex-deep") throw new ConvexError({ list: [1n, null, { a: 1.5 }] });
    throw new TypeError("a type error");
  },
});

export const recurse = queryGeneric({
  args: { depth: v.number() },
  returns: v.number(),
  handler: async (ctx, { depth }): Promise<number> =>
    depth === 0
      ? 0
      : 1 + ((await ctx.runQuery(calls.recurse!, { depth: depth - 1 } as never)) as number),
});

export const noValidators = queryGeneric(async (_, args: Record<string, unknown>) => args);

export default queryGeneric({ args: {}, handler: async () => "the default export" });
