// The smallest chat there is, so that a bench of it measures the engine and not a product.
import { mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

export const send = mutationGeneric({
  args: { room: v.string(), author: v.string(), body: v.string() },
  handler: async (ctx, message) => {
    await ctx.db.insert("messages", message);
  },
});

/** The newest thirty of a room, newest first. */
export const list = queryGeneric({
  args: { room: v.string() },
  handler: (ctx, { room }) =>
    ctx.db
      .query("messages")
      .withIndex("by_room", (range) => range.eq("room", room))
      .order("desc")
      .take(30),
});
