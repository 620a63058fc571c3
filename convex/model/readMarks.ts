import { groupMembersMax, readMovesKeptMax } from "../../shared/limits";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { findBar } from "./blocks";
import { markUnread } from "./conversationChoices";
import { settingsOf } from "./settings";

/**
 * Who has read how far. Each member has two rows for each conversation. The read mark is what the others
 * see; it moves when a message is read. The progress is where the member's own unread count starts; it
 * also moves when they send, which must not re-run what everybody else reads about the conversation.
 */

/** A place in a conversation: the number of a message and its `sentAt`. */
export type Position = { seq: number; sentAt: number };

/**
 * Moves the member's read mark, and with it their unread count, forward to a message; never back. Who
 * does not share what they have read, or has blocked the other one, moves the count alone.
 */
export async function moveReadMark(
  ctx: MutationCtx,
  membership: Doc<"memberships">,
  to: Position,
): Promise<void> {
  const { conversationId, userId } = membership;
  await markUnread(ctx, membership, false);
  const mark = await markOf(ctx, conversationId, userId);
  const progress = await progressOf(ctx, conversationId, userId);
  const seen = progress.seenSeq < to.seq ? { seenSeq: to.seq, seenAt: to.sentAt } : {};
  if (mark.lastReadSeq >= to.seq) return;
  if (!(await sharesReading(ctx, membership))) {
    // The count is theirs and goes down; what the others see of it stays where it was.
    if (seen.seenSeq !== undefined) await ctx.db.patch(progress._id, seen);
    return;
  }
  await ctx.db.patch(mark._id, { lastReadSeq: to.seq, lastReadAt: to.sentAt });
  const moves = [...progress.moves, { seq: to.seq, readAt: Date.now() }].slice(-readMovesKeptMax);
  await ctx.db.patch(progress._id, { moves, ...seen });
}

async function sharesReading(ctx: MutationCtx, membership: Doc<"memberships">): Promise<boolean> {
  if (!(await settingsOf(ctx, membership.userId)).sharesReceipts) return false;
  return (await findBar(ctx, membership)) !== "blocked_by_you";
}

/**
 * Starts the member's unread count behind a message and tells the others nothing: whoever writes has
 * the conversation open, and whoever clears it away need not have read it.
 */
export async function countFrom(
  ctx: MutationCtx,
  membership: Doc<"memberships">,
  to: Position,
): Promise<void> {
  const progress = await progressOf(ctx, membership.conversationId, membership.userId);
  await ctx.db.patch(progress._id, { seenSeq: to.seq, seenAt: to.sentAt });
}

export async function readMarksOf(
  ctx: Pick<QueryCtx, "db">,
  conversationId: string,
): Promise<Doc<"readMarks">[]> {
  return await ctx.db
    .query("readMarks")
    .withIndex("by_conversation_and_user", (q) => q.eq("conversationId", conversationId))
    .take(groupMembersMax);
}

/**
 * Who has read a message, and when, earliest first. Its author has, from the moment it was sent.
 *
 * `readAt` is exact for the latest `readMovesKeptMax` moves of a member's mark; for older messages it
 * is the earliest time that is still known, at which the message had certainly been read.
 */
export async function readersOf(
  ctx: Pick<QueryCtx, "db">,
  message: Doc<"messages">,
): Promise<{ userId: string; readAt: number }[]> {
  const everyone = await ctx.db
    .query("readProgress")
    .withIndex("by_conversation_and_user", (q) => q.eq("conversationId", message.conversationId))
    .take(groupMembersMax);
  const readers = [{ userId: message.senderId, readAt: message.sentAt }];
  for (const { userId, moves } of everyone) {
    const move = moves.find(({ seq }) => seq >= message.seq);
    if (move && userId !== message.senderId) readers.push({ userId, readAt: move.readAt });
  }
  return readers.sort((a, b) => a.readAt - b.readAt);
}

async function markOf(
  ctx: QueryCtx,
  conversationId: string,
  userId: string,
): Promise<Doc<"readMarks">> {
  const mark = await ctx.db
    .query("readMarks")
    .withIndex("by_conversation_and_user", (q) =>
      q.eq("conversationId", conversationId).eq("userId", userId),
    )
    .unique();
  if (mark === null) throw new Error("A member without a read mark cannot exist");
  return mark;
}

export async function progressOf(
  ctx: QueryCtx,
  conversationId: string,
  userId: string,
): Promise<Doc<"readProgress">> {
  const progress = await ctx.db
    .query("readProgress")
    .withIndex("by_conversation_and_user", (q) =>
      q.eq("conversationId", conversationId).eq("userId", userId),
    )
    .unique();
  if (progress === null) throw new Error("A member without read progress cannot exist");
  return progress;
}
