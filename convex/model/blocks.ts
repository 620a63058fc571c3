import { blocksPerUserMax } from "../../shared/limits";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { findConversation } from "./conversations";
import { refuse } from "./refuse";
import { findLivingUser } from "./users";

/**
 * Blocking ends what two people share one to one: neither writes to the other, and the blocked one no
 * longer sees when the other is there. In groups both go on as members among others.
 */

type ReadCtx = Pick<QueryCtx, "db">;

export async function findBlock(
  ctx: ReadCtx,
  userId: string,
  blockedId: string,
): Promise<Doc<"blocks"> | null> {
  return await ctx.db
    .query("blocks")
    .withIndex("by_user_and_blocked", (q) => q.eq("userId", userId).eq("blockedId", blockedId))
    .unique();
}

/** Whom the person has blocked. */
export async function blockedBy(ctx: ReadCtx, userId: string): Promise<Set<string>> {
  const blocks = await ctx.db
    .query("blocks")
    .withIndex("by_user_and_blocked", (q) => q.eq("userId", userId))
    .take(blocksPerUserMax);
  return new Set(blocks.map(({ blockedId }) => blockedId));
}

/** @throws ConvexError `too_many`. */
export async function block(ctx: MutationCtx, userId: string, blockedId: string): Promise<void> {
  if ((await findBlock(ctx, userId, blockedId)) !== null) return;
  if ((await blockedBy(ctx, userId)).size >= blocksPerUserMax) {
    refuse("too_many", { field: "userId", max: blocksPerUserMax });
  }
  await ctx.db.insert("blocks", { userId, blockedId });
}

/**
 * @throws ConvexError `forbidden` in a one-to-one conversation of which one has blocked the other, or
 * whose other account is gone.
 */
export async function requireMayWrite(
  ctx: ReadCtx,
  { conversationId, userId }: Doc<"memberships">,
): Promise<void> {
  const conversation = await findConversation(ctx, conversationId);
  if (conversation === null || conversation.isGroup) return;
  const otherId = conversation.participants.find((id) => id !== userId);
  if (otherId === undefined) return;
  if ((await findBlock(ctx, userId, otherId)) !== null) {
    refuse("forbidden", { reason: "blocked_by_you" });
  }
  if ((await findBlock(ctx, otherId, userId)) !== null) refuse("forbidden", { reason: "blocked" });
  if ((await findLivingUser(ctx, otherId)) === null) refuse("forbidden", { reason: "gone" });
}

/** @throws ConvexError `not_found` for nobody; `forbidden` for somebody who has blocked the caller. */
export async function requireAddable(
  ctx: ReadCtx,
  callerId: string,
  userId: string,
): Promise<void> {
  if ((await findLivingUser(ctx, userId)) === null) refuse("not_found");
  if ((await findBlock(ctx, userId, callerId)) !== null) {
    refuse("forbidden", { reason: "blocked" });
  }
}
