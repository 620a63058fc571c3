import { v } from "convex/values";
import { typingShownMax, typingSweepAgeMs } from "../shared/limits";
import { internalMutation, mutation, query } from "./_generated/server";
import { requireMember } from "./model/access";
import { findBar } from "./model/blocks";
import { clearTyping, latestTyping, recordTyping } from "./model/typing";
import { deletedName, findUser } from "./model/users";

const rowsPerSweep = 500;

/** Notes that the caller is typing in the conversation now. */
export const setTypingState = mutation({
  args: { conversationId: v.string() },
  returns: v.null(),
  handler: async (ctx, { conversationId }) => {
    const membership = await requireMember(ctx, conversationId);
    // Not an error: the page says it by itself, and nobody hears of it.
    if ((await findBar(ctx, membership)) === null) await recordTyping(ctx, membership);
    return null;
  },
});

/** Notes that the caller has stopped typing in the conversation. Sending does the same by itself. */
export const clearTypingState = mutation({
  args: { conversationId: v.string() },
  returns: v.null(),
  handler: async (ctx, { conversationId }) => {
    await clearTyping(ctx, await requireMember(ctx, conversationId));
    return null;
  },
});

/**
 * The others who have typed most lately, latest first, at most ten.
 *
 * `lastTypingAt` is the server's clock in milliseconds. A query has no clock, so it is the browser that
 * drops whoever has not typed for three seconds.
 */
export const getTypingState = query({
  args: { conversationId: v.string() },
  returns: v.array(v.object({ userId: v.string(), name: v.string(), lastTypingAt: v.number() })),
  handler: async (ctx, { conversationId }) => {
    const { userId: callerId } = await requireMember(ctx, conversationId);
    const states = await latestTyping(ctx, conversationId);
    const others = states.filter(({ userId }) => userId !== callerId).slice(0, typingShownMax);
    return await Promise.all(
      others.map(async ({ userId, lastTypingAt }) => {
        const user = await findUser(ctx, userId);
        return { userId, name: user?.name ?? deletedName, lastTypingAt };
      }),
    );
  },
});

/** Removes typing states that no screen shows any more. */
export const sweep = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const before = Date.now() - typingSweepAgeMs;
    const stale = await ctx.db
      .query("typingStates")
      .withIndex("by_last_typing_at", (q) => q.lt("lastTypingAt", before))
      .take(rowsPerSweep);
    for (const state of stale) await ctx.db.delete(state._id);
    return null;
  },
});
