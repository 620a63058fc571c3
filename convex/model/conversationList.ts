import type { PaginationOptions } from "convex/server";
import { v } from "convex/values";
import { listedMembersMax } from "../../shared/limits";
import type { Doc } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { blockedBy } from "./blocks";
import { choicesByConversation, isHidden, NO_CHOICES } from "./conversationChoices";
import { findConversation, headOf, membershipsOfUser } from "./conversations";
import { messagePreview } from "./storedParts";
import { countUnread, progressByConversation } from "./unread";
import { findUser, publicUser, toPublicUser } from "./users";

export const listedConversation = v.object({
  conversationId: v.string(),
  isGroup: v.boolean(),
  groupName: v.union(v.string(), v.null()),
  participants: v.array(v.string()),
  memberCount: v.number(),
  /** The other person of a one-to-one conversation, null in a group. */
  otherUser: v.union(publicUser, v.null()),
  /** A few of the other members of a group, empty in a one-to-one conversation. */
  members: v.array(publicUser),
  lastMessageAt: v.number(),
  lastMessage: v.union(messagePreview, v.null()),
  lastSeq: v.number(),
  unreadCount: v.number(),
  /** The caller marked it as unread; then the count is at least 1. */
  isMarkedUnread: v.boolean(),
  /** The caller has cleared away messages up to this number, and its `sentAt`; 0 for none. */
  clearedSeq: v.number(),
  clearedAt: v.number(),
  /** The caller has blocked the other person of a one-to-one conversation. */
  isBlocked: v.boolean(),
});

type ListedConversation = typeof listedConversation.type;

/** What decides the place of a conversation in the list. */
export type HeadPlace = Pick<Doc<"conversationHeads">, "lastMessageAt" | "conversationId">;

/** What of a row is the caller's own. */
type OwnField = "unreadCount" | "isMarkedUnread" | "clearedSeq" | "clearedAt" | "isBlocked";

/** The heads of all of a person's conversations, newest first. */
export async function headsOfUser(
  ctx: QueryCtx,
  userId: string,
): Promise<Doc<"conversationHeads">[]> {
  const memberships = await membershipsOfUser(ctx, userId);
  const heads = await Promise.all(
    memberships.map(({ conversationId }) => headOf(ctx, conversationId)),
  );
  return heads.sort(newestFirst);
}

/**
 * One page of a person's conversations, newest first.
 *
 * A cursor is a rank, not a place in an index: a new message moves its conversation to the top, from
 * whatever page it was on, and all pages of one subscription are evaluated at the same moment. By rank
 * they then always tile the list; by place the conversation pushed off a page would be on none.
 */
export async function pageOfConversations(
  ctx: QueryCtx,
  userId: string,
  page: PaginationOptions,
): Promise<{ page: ListedConversation[]; isDone: boolean; continueCursor: string }> {
  const choices = await choicesByConversation(ctx, userId);
  const all = await headsOfUser(ctx, userId);
  const heads = all.filter((head) => !isHidden(choices.get(head.conversationId), head.lastSeq));
  const start = rankOf(page.cursor) ?? 0;
  const end = rankOf(page.endCursor) ?? start + page.numItems;
  const progress = await progressByConversation(ctx, userId);
  const blocked = await blockedBy(ctx, userId);
  const listed = await Promise.all(
    heads.slice(start, end).map(async (head) => {
      const { conversationId, lastSeq } = head;
      const described = await describe(ctx, userId, head);
      const chosen = choices.get(conversationId) ?? NO_CHOICES;
      const { isMarkedUnread, clearedSeq, clearedAt } = chosen;
      const counted = await countUnread(ctx, head, progress.get(conversationId));
      return {
        ...described,
        // What was cleared away is not shown in one line either.
        lastMessage: lastSeq <= clearedSeq ? null : described.lastMessage,
        unreadCount: isMarkedUnread ? Math.max(1, counted) : counted,
        ...{ isMarkedUnread, clearedSeq, clearedAt },
        isBlocked: described.otherUser !== null && blocked.has(described.otherUser.clerkId),
      };
    }),
  );
  return { page: listed, isDone: end >= heads.length, continueCursor: String(end) };
}

async function describe(
  ctx: QueryCtx,
  userId: string,
  head: Doc<"conversationHeads">,
): Promise<Omit<ListedConversation, OwnField>> {
  const { conversationId, lastMessageAt, lastMessage, lastSeq } = head;
  const conversation = await findConversation(ctx, conversationId);
  if (conversation === null) throw new Error("A head without a conversation cannot exist");
  const { isGroup, groupName, participants } = conversation;
  const otherIds = participants.filter((id) => id !== userId).slice(0, listedMembersMax);
  const found = await Promise.all(otherIds.map((id) => findUser(ctx, id)));
  const others = found.filter((user) => user !== null).map(toPublicUser);
  return {
    conversationId,
    isGroup,
    groupName,
    participants,
    memberCount: participants.length,
    otherUser: isGroup ? null : (others[0] ?? null),
    members: isGroup ? others : [],
    lastMessageAt,
    lastMessage,
    lastSeq,
  };
}

export function newestFirst(a: HeadPlace, b: HeadPlace): number {
  // Ids break ties, so that two conversations of one millisecond never swap between two evaluations.
  return b.lastMessageAt - a.lastMessageAt || (a.conversationId < b.conversationId ? -1 : 1);
}

/** The rank in a cursor of ours; null for none. Anything else starts from the top. */
function rankOf(cursor: string | null | undefined): number | null {
  if (cursor === null || cursor === undefined) return null;
  return /^\d{1,6}$/u.test(cursor) ? Number(cursor) : 0;
}
