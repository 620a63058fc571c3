import { groupMembersMax, typingSweepAgeMs, typingWriteGapMs } from "../../shared/limits";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { settingsOf } from "./settings";

/** Notes that the member is typing now; at most one write per `typingWriteGapMs`, unless they keep it to themselves. */
export async function recordTyping(
  ctx: MutationCtx,
  membership: Doc<"memberships">,
): Promise<void> {
  const { conversationId, userId } = membership;
  if (!(await settingsOf(ctx, userId)).sharesTyping) return;
  const lastTypingAt = Date.now();
  const state = await findTyping(ctx, membership);
  if (state === null) {
    await ctx.db.insert("typingStates", { userId, conversationId, lastTypingAt });
  } else if (lastTypingAt - state.lastTypingAt >= typingWriteGapMs) {
    await ctx.db.patch(state._id, { lastTypingAt });
  }
}

export async function clearTyping(ctx: MutationCtx, membership: Doc<"memberships">): Promise<void> {
  const state = await findTyping(ctx, membership);
  if (state !== null) await ctx.db.delete(state._id);
}

/**
 * Those who have typed most lately, latest first.
 *
 * Rows of people who stopped without clearing lie about until they are swept. A query has no clock to
 * tell them by, but a row much older than the newest is stale at any time.
 */
export async function latestTyping(
  ctx: QueryCtx,
  conversationId: string,
): Promise<Doc<"typingStates">[]> {
  const states = await ctx.db
    .query("typingStates")
    .withIndex("by_conversation_id", (q) => q.eq("conversationId", conversationId))
    .take(groupMembersMax);
  states.sort((a, b) => b.lastTypingAt - a.lastTypingAt);
  const newest = states[0]?.lastTypingAt ?? 0;
  return states.filter((state) => newest - state.lastTypingAt < typingSweepAgeMs);
}

async function findTyping(
  ctx: QueryCtx,
  membership: Doc<"memberships">,
): Promise<Doc<"typingStates"> | null> {
  return await ctx.db
    .query("typingStates")
    .withIndex("by_conversation_and_user", (q) =>
      q.eq("conversationId", membership.conversationId).eq("userId", membership.userId),
    )
    .unique();
}
