import { conversationsPerUserMax } from "../../shared/limits";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { headOf } from "./conversations";

/**
 * What a member has chosen about a conversation for themselves: to have it cleared, out of the list,
 * or marked as unread. Nobody else sees anything of it, and no message changes.
 */

type Choices = Omit<
  Doc<"conversationChoices">,
  "_id" | "_creationTime" | "conversationId" | "userId"
>;

export const NO_CHOICES: Choices = {
  clearedSeq: 0,
  clearedAt: 0,
  isHidden: false,
  isMarkedUnread: false,
};

/** All of the person's choices, by conversation. */
export async function choicesByConversation(
  ctx: QueryCtx,
  userId: string,
): Promise<Map<string, Choices>> {
  const rows = await ctx.db
    .query("conversationChoices")
    .withIndex("by_user", (q) => q.eq("userId", userId))
    .order("desc")
    .take(conversationsPerUserMax);
  return new Map(rows.map((row) => [row.conversationId, row]));
}

/** Whether the member's list leaves the conversation out. */
export function isHidden(choices: Choices | undefined, lastSeq: number): boolean {
  return choices?.isHidden === true && lastSeq <= choices.clearedSeq;
}

/** Clears away what is there now, and optionally the conversation's place in the list. */
export async function clearConversation(
  ctx: MutationCtx,
  membership: Doc<"memberships">,
  { isHidden }: { isHidden: boolean },
): Promise<void> {
  const { lastSeq, lastMessageAt } = await headOf(ctx, membership.conversationId);
  const cleared = { clearedSeq: lastSeq, clearedAt: lastMessageAt };
  await choose(ctx, membership, { ...cleared, isHidden, isMarkedUnread: false });
}

export async function markUnread(
  ctx: MutationCtx,
  membership: Doc<"memberships">,
  isMarkedUnread: boolean,
): Promise<void> {
  await choose(ctx, membership, { isMarkedUnread });
}

export async function choicesOf(ctx: QueryCtx, membership: Doc<"memberships">): Promise<Choices> {
  return (await findRow(ctx, membership)) ?? NO_CHOICES;
}

async function findRow(
  ctx: QueryCtx,
  { conversationId, userId }: Doc<"memberships">,
): Promise<Doc<"conversationChoices"> | null> {
  return await ctx.db
    .query("conversationChoices")
    .withIndex("by_conversation_and_user", (q) =>
      q.eq("conversationId", conversationId).eq("userId", userId),
    )
    .unique();
}

async function choose(
  ctx: MutationCtx,
  membership: Doc<"memberships">,
  change: Partial<Choices>,
): Promise<void> {
  const { conversationId, userId } = membership;
  const row = await findRow(ctx, membership);
  const known = row ?? NO_CHOICES;
  const isNew = Object.entries(change).some(
    ([name, value]) => known[name as keyof Choices] !== value,
  );
  if (!isNew) return;
  if (row !== null) await ctx.db.patch(row._id, change);
  else
    await ctx.db.insert("conversationChoices", {
      conversationId,
      userId,
      ...NO_CHOICES,
      ...change,
    });
}
