// The smallest chat there is, so that a bench of it measures the engine and not a product.
import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const send = mutation({
  args: { room: v.string(), author: v.string(), body: v.string() },
  handler: async (ctx, message) => {
    await ctx.db.insert("messages", message);
  },
});

/** The newest thirty of a room, newest first. */
export const list = query({
  args: { room: v.string() },
  handler: (ctx, { room }) =>
    ctx.db
      .query("messages")
      .withIndex("by_room", (range) => range.eq("room", room))
      .order("desc")
      .take(30),
});
