import { conversationsPerUserMax, groupMembersMax } from "../../shared/limits";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { addMember } from "./memberships";
import { requirePace } from "./rateLimits";
import { refuse } from "./refuse";

type NewConversation = {
  conversationId: string;
  /** The first one creates it and, in a group, owns it. */
  participants: string[];
  groupName: string | null;
};

export async function findConversation(
  ctx: Pick<QueryCtx, "db">,
  conversationId: string,
): Promise<Doc<"conversations"> | null> {
  return await ctx.db
    .query("conversations")
    .withIndex("by_conversation_id", (q) => q.eq("conversationId", conversationId))
    .unique();
}

/** What messages change about a conversation; every conversation has it from its creation on. */
export async function headOf(
  ctx: QueryCtx,
  conversationId: string,
): Promise<Doc<"conversationHeads">> {
  const head = await ctx.db
    .query("conversationHeads")
    .withIndex("by_conversation_id", (q) => q.eq("conversationId", conversationId))
    .unique();
  if (head === null) throw new Error("A conversation without a head cannot exist");
  return head;
}

/** A person's memberships, the `conversationsPerUserMax` latest joined. */
export async function membershipsOfUser(
  ctx: QueryCtx,
  userId: string,
): Promise<Doc<"memberships">[]> {
  return await ctx.db
    .query("memberships")
    .withIndex("by_user", (q) => q.eq("userId", userId))
    .order("desc")
    .take(conversationsPerUserMax);
}

export async function membersOf(
  ctx: QueryCtx,
  conversationId: string,
): Promise<Doc<"memberships">[]> {
  return await ctx.db
    .query("memberships")
    .withIndex("by_conversation_and_user", (q) => q.eq("conversationId", conversationId))
    .take(groupMembersMax);
}

/**
 * The one-to-one conversation of two people, made if there is none.
 *
 * Its id is the two ids, sorted and joined by `_`. The id is never taken apart again: who may enter is
 * what the membership rows say. Because user ids may contain `_` themselves, two pairs can join to the
 * same text ("a_b"+"c", "a"+"b_c"); the later pair then gets the place of the seam added to its id.
 */
export async function openPair(ctx: MutationCtx, caller: string, other: string): Promise<string> {
  const pair = caller < other ? [caller, other] : [other, caller];
  const joined = pair.join("_");
  for (const conversationId of [joined, `${joined}~${pair[0]!.length}`]) {
    const existing = await findConversation(ctx, conversationId);
    if (existing === null) {
      await requirePace(ctx, caller, "open");
      await insertConversation(ctx, {
        conversationId,
        participants: [caller, other],
        groupName: null,
      });
      return conversationId;
    }
    if (isPair(existing, pair)) return conversationId;
  }
  return refuse("conflict");
}

/** Makes a group, named after its own row so that no pair of people can ever have its id. */
export async function openGroup(
  ctx: MutationCtx,
  participants: string[],
  groupName: string,
): Promise<string> {
  return await insertConversation(ctx, { conversationId: null, participants, groupName });
}

async function insertConversation(
  ctx: MutationCtx,
  made: Omit<NewConversation, "conversationId"> & { conversationId: string | null },
): Promise<string> {
  const { participants, groupName } = made;
  const isGroup = groupName !== null;
  const [creator] = participants;
  if (creator === undefined) throw new Error("A conversation needs somebody who creates it");
  const rowId = await ctx.db.insert("conversations", {
    conversationId: made.conversationId ?? "",
    participants: [...participants].sort(),
    isGroup,
    groupName,
    createdBy: creator,
  });
  const conversationId = made.conversationId ?? `group:${rowId}`;
  if (made.conversationId === null) await ctx.db.patch(rowId, { conversationId });
  await ctx.db.insert("conversationHeads", {
    conversationId,
    lastSeq: 0,
    lastMessageAt: Date.now(),
    lastMessage: null,
    lastDeletedSeq: 0,
  });
  for (const userId of participants) {
    const role = isGroup && userId === creator ? "owner" : "member";
    await addMember(ctx, { conversationId, userId, role }, { seq: 0, sentAt: 0 });
  }
  return conversationId;
}

function isPair(conversation: Doc<"conversations">, pair: string[]): boolean {
  const { isGroup, participants } = conversation;
  return !isGroup && participants.length === 2 && pair.every((id) => participants.includes(id));
}
