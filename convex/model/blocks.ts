import { blocksPerUserMax } from "../../shared/limits";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { findConversation } from "./conversations";
import { refuse } from "./refuse";
import { findLivingUser } from "./users";

/**
 * Blocking ends what two people share one to one: neither writes to the other, edits, reacts or is seen
 * typing, and the blocked one no longer sees when the other is there or what they read. In groups both
 * go on as members among others.
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

/** With whom the member talks one to one here; `null` in a group. */
async function otherOf(
  ctx: ReadCtx,
  { conversationId, userId }: Doc<"memberships">,
): Promise<string | null> {
  const conversation = await findConversation(ctx, conversationId);
  if (conversation === null || conversation.isGroup) return null;
  return conversation.participants.find((id) => id !== userId) ?? null;
}

type Bar = "blocked_by_you" | "blocked" | null;

async function barBetween(ctx: ReadCtx, userId: string, otherId: string): Promise<Bar> {
  if ((await findBlock(ctx, userId, otherId)) !== null) return "blocked_by_you";
  return (await findBlock(ctx, otherId, userId)) !== null ? "blocked" : null;
}

/** Who of the two of a one-to-one conversation has blocked the other; `null` for neither, and in groups. */
export async function findBar(ctx: ReadCtx, membership: Doc<"memberships">): Promise<Bar> {
  const otherId = await otherOf(ctx, membership);
  return otherId === null ? null : await barBetween(ctx, membership.userId, otherId);
}

/** @throws ConvexError `forbidden` in a one-to-one conversation of which one has blocked the other. */
export async function requireNoBar(ctx: ReadCtx, membership: Doc<"memberships">): Promise<void> {
  const reason = await findBar(ctx, membership);
  if (reason !== null) refuse("forbidden", { reason });
}

/** @throws ConvexError `forbidden` as {@link requireNoBar}, and where the other account is gone. */
export async function requireMayWrite(ctx: ReadCtx, membership: Doc<"memberships">): Promise<void> {
  const otherId = await otherOf(ctx, membership);
  if (otherId === null) return;
  const reason = await barBetween(ctx, membership.userId, otherId);
  if (reason !== null) refuse("forbidden", { reason });
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
