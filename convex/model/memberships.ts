import type { Doc } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { isAdmin } from "./access";
import { findConversation, membersOf } from "./conversations";

/**
 * Who is in a conversation. A member has a membership, a read mark and read progress, made and deleted
 * together; the participants on the conversation are a copy for whoever lists it.
 */

type Place = { seq: number; sentAt: number };

/**
 * Makes somebody a member.
 *
 * @param from What came before counts as read: it was not addressed to them.
 */
export async function addMember(
  ctx: MutationCtx,
  member: Pick<Doc<"memberships">, "conversationId" | "userId" | "role">,
  from: Place,
): Promise<void> {
  const { conversationId, userId } = member;
  const { seq, sentAt } = from;
  await ctx.db.insert("memberships", { ...member, joinedAt: Date.now() });
  const mark = { conversationId, userId, lastReadSeq: seq, lastReadAt: sentAt };
  await ctx.db.insert("readMarks", mark);
  const progress = { conversationId, userId, seenSeq: seq, seenAt: sentAt };
  await ctx.db.insert("readProgress", { ...progress, moves: [] });
}

/**
 * Ends a membership and all its rows. A one-to-one conversation keeps its two participants, so that the
 * other person still sees whose it was; a group goes on without the member.
 */
export async function endMembership(
  ctx: MutationCtx,
  membership: Doc<"memberships">,
): Promise<void> {
  const { conversationId, userId } = membership;
  await ctx.db.delete(membership._id);
  const tables = ["readMarks", "readProgress", "typingStates", "conversationChoices"] as const;
  for (const table of tables) {
    const row = await ctx.db
      .query(table)
      .withIndex("by_conversation_and_user", (q) =>
        q.eq("conversationId", conversationId).eq("userId", userId),
      )
      .unique();
    if (row !== null) await ctx.db.delete(row._id);
  }
  const conversation = await findConversation(ctx, conversationId);
  if (!conversation?.isGroup) return;
  const participants = conversation.participants.filter((id) => id !== userId);
  await ctx.db.patch(conversation._id, { participants });
  if (membership.role === "owner") await appointOwner(ctx, conversationId);
}

/** Hands a group without an owner to its longest-standing admin, or else member. */
async function appointOwner(ctx: MutationCtx, conversationId: string): Promise<void> {
  const members = await membersOf(ctx, conversationId);
  const bySeniority = members.sort(
    (a, b) => a.joinedAt - b.joinedAt || a._creationTime - b._creationTime,
  );
  const heir = bySeniority.find(isAdmin) ?? bySeniority[0];
  if (heir !== undefined) await ctx.db.patch(heir._id, { role: "owner" });
}
