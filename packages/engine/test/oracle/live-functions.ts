import { AsyncLocalStorage } from "node:async_hooks";
import {
  anyApi,
  defineSchema,
  defineTable,
  type GenericDataModel,
  type GenericQueryCtx,
  mutationGeneric,
  paginationOptsValidator,
  queryGeneric,
} from "convex/server";
import { v } from "convex/values";

export const schema = defineSchema({
  rows: defineTable({
    room: v.string(),
    rank: v.number(),
    text: v.string(),
    owner: v.optional(v.string()),
  })
    .index("by_room", ["room", "rank"])
    .index("by_owner", ["owner"])
    .searchIndex("by_text", { searchField: "text", filterFields: ["room"] }),
});

/** How often each function has been run by the engine. */
export const runsOf = new Map<string, number>();

/** Runs of the naive model's own do not count. */
export const naively = new AsyncLocalStorage<true>();

function count(name: string): void {
  if (!naively.getStore()) runsOf.set(name, (runsOf.get(name) ?? 0) + 1);
}

// biome-ignore lint/suspicious/noExplicitAny: without generated types no index has fields
type Builder = any;
const room = v.string();
const { live } = anyApi as { live: Record<string, never> };

const firstOf = (ctx: GenericQueryCtx<GenericDataModel>, room: string) =>
  ctx.db
    .query("rows")
    .withIndex("by_room", (q: Builder) => q.eq("room", room))
    .first();

async function rowsOfCaller(ctx: GenericQueryCtx<GenericDataModel>) {
  const owner = (await ctx.auth.getUserIdentity())?.subject;
  return ctx.db
    .query("rows")
    .withIndex("by_owner", (q: Builder) => q.eq("owner", owner))
    .collect();
}

const functions = {
  point: queryGeneric({
    args: { id: v.id("rows") },
    handler: async (ctx, { id }) => {
      count("point");
      return ctx.db.get(id);
    },
  }),
  range: queryGeneric({
    args: { room, from: v.number(), to: v.number() },
    handler: async (ctx, { room, from, to }) => {
      count("range");
      return ctx.db
        .query("rows")
        .withIndex("by_room", (q: Builder) => q.eq("room", room).gte("rank", from).lt("rank", to))
        .collect();
    },
  }),
  last: queryGeneric({
    args: { room, n: v.number() },
    handler: async (ctx, { room, n }) => {
      count("last");
      return ctx.db
        .query("rows")
        .withIndex("by_room", (q) => q.eq("room", room))
        .order("desc")
        .take(n);
    },
  }),
  first: queryGeneric({
    args: { room },
    handler: async (ctx, { room }) => {
      count("first");
      return firstOf(ctx, room);
    },
  }),
  /** For inside another query, where their runs are not their own. */
  firstInside: queryGeneric({
    args: { room },
    handler: async (ctx, { room }) => firstOf(ctx, room),
  }),
  mineInside: queryGeneric({ args: {}, handler: rowsOfCaller }),
  page: queryGeneric({
    args: { room, paginationOpts: paginationOptsValidator },
    handler: async (ctx, { room, paginationOpts }) => {
      count("page");
      return ctx.db
        .query("rows")
        .withIndex("by_room", (q) => q.eq("room", room))
        .paginate(paginationOpts);
    },
  }),
  search: queryGeneric({
    args: { words: v.string(), room: v.optional(v.string()) },
    handler: async (ctx, { words, room }) => {
      count("search");
      return ctx.db
        .query("rows")
        .withSearchIndex("by_text", (q) => {
          const searched = q.search("text", words);
          return room === undefined ? searched : searched.eq("room", room);
        })
        .take(5);
    },
  }),
  mine: queryGeneric({
    args: {},
    handler: async (ctx) => {
      count("mine");
      return rowsOfCaller(ctx);
    },
  }),
  /** Asks who is calling only when there is something to hide: the engine cannot know beforehand. */
  sometimesMine: queryGeneric({
    args: { room },
    handler: async (ctx, { room }) => {
      count("sometimesMine");
      const row = await firstOf(ctx, room);
      if (row === null || (row.rank as number) % 2 === 0) return "for everybody";
      return (await ctx.auth.getUserIdentity())?.subject ?? "nobody";
    },
  }),
  nested: queryGeneric({
    args: { room },
    handler: async (ctx, { room }) => {
      count("nested");
      const first = await ctx.runQuery(live.firstInside!, { room } as never);
      const mine = await ctx.runQuery(live.mineInside!, {} as never);
      return { first, mine } as unknown;
    },
  }),
  odd: queryGeneric({
    args: { room },
    handler: async (ctx, { room }) => {
      count("odd");
      const rows = await ctx.db
        .query("rows")
        .withIndex("by_room", (q) => q.eq("room", room))
        .collect();
      if (rows.length % 2 === 1) throw new Error(`odd: ${rows.length}`);
      return rows.length;
    },
  }),
};

/** Those whose reads say exactly what their result depends on: no run of theirs may be in vain. */
export const PRECISE = ["point", "range", "last", "first", "page", "mine"];

export type Change =
  | { do: "insert"; room: string; rank: number; text: string; owner: string | null }
  | { do: "rank"; at: number; rank: number }
  | { do: "text"; at: number; text: string }
  | { do: "delete"; at: number }
  | { do: "caught"; changes: Change[] };

/** What a mutation is to do, handed over in the process: rows are named by when they were made. */
export const orders: { changes: Change[]; ids: string[] } = { changes: [], ids: [] };
let edits = 0;

const mutations = {
  change: mutationGeneric({
    args: {},
    handler: async (ctx) => {
      const { ids } = orders;
      const idAt = async (at: number) => {
        const id = ids[at % Math.max(ids.length, 1)];
        return id !== undefined && (await ctx.db.get(id as never)) ? (id as never) : null;
      };
      for (const change of orders.changes) {
        if (change.do === "insert") {
          const { do: _, owner, ...fields } = change;
          ids.push(
            await ctx.db.insert("rows", { ...fields, ...(owner === null ? {} : { owner }) }),
          );
        } else if (change.do === "caught") {
          const outer = { ...orders };
          orders.changes = change.changes;
          await ctx.runMutation(live.changeAndFail!, {} as never).catch(() => {});
          orders.changes = outer.changes;
        } else {
          const id = await idAt(change.at);
          if (id === null) continue;
          if (change.do === "delete") await ctx.db.delete(id);
          // Never the same document again: a write that changes nothing is a write all the same.
          else if (change.do === "rank")
            await ctx.db.patch(id, { rank: change.rank, text: `e${edits++}` });
          else await ctx.db.patch(id, { text: `${change.text} e${edits++}` });
        }
      }
    },
  }),
  changeAndFail: mutationGeneric({
    args: {},
    handler: async (ctx) => {
      await ctx.runMutation(live.change!, {} as never);
      throw new Error("taken back");
    },
  }),
};

export const modules = {
  "./_generated/api.js": async () => ({}),
  "./live.ts": async () => ({ ...functions, ...mutations }),
};
