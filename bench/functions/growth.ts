// Fills a store, and reads it where nobody has looked before: what does it cost that a store has grown?
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

const ROOMS = 100;
const PAGE_SIZE = 30;
const BODY = "the quick brown fox jumps over the lazy dog and ".repeat(5).slice(0, 200);

export const fill = mutation({
  args: { count: v.number() },
  handler: async (ctx, { count }) => {
    for (let n = 0; n < count; n += 1) {
      await ctx.db.insert("messages", { room: anyRoom(), author: "filler", body: BODY });
    }
  },
});

/** The times of the first and the last message. */
export const span = query({
  args: {},
  handler: async (ctx) => {
    const first = await ctx.db.query("messages").order("asc").first();
    const last = await ctx.db.query("messages").order("desc").first();
    return { from: first?._creationTime ?? 0, to: last?._creationTime ?? 0 };
  },
});

/** Pages of thirty at arbitrary places of arbitrary rooms, and of each the last message by its id. */
export const pages = query({
  args: { count: v.number(), from: v.number(), to: v.number() },
  handler: async (ctx, { count, from, to }) => {
    let found = 0;
    for (let n = 0; n < count; n += 1) {
      const at = from + Math.random() * (to - from);
      const page = await ctx.db
        .query("messages")
        .withIndex("by_room", (range) => range.eq("room", anyRoom()).lt("_creationTime", at))
        .order("desc")
        .take(PAGE_SIZE);
      const last = page.at(-1);
      if (last !== undefined && (await ctx.db.get(last._id)) !== null) found += page.length;
    }
    return found;
  },
});

function anyRoom(): string {
  return `room ${Math.floor(Math.random() * ROOMS)}`;
}
