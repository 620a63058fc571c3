import { v } from "convex/values";
import { reactionEmojisPerMessageMax, reactionsPerMessageMax } from "../../shared/limits";
import { previewText } from "../../shared/message-text";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { headOf } from "./conversations";
import { passOwnMessage } from "./readMarks";
import { refuse } from "./refuse";
import { reaction } from "./storedParts";
import { clearTyping } from "./typing";

/**
 * A message as every member sees it. Nothing in it depends on who asks, so that one result serves all
 * viewers; names and pictures come from `users.getUsers`.
 */
export const messageInPage = v.object({
  _id: v.id("messages"),
  senderId: v.string(),
  content: v.string(),
  sentAt: v.number(),
  seq: v.number(),
  isDeleted: v.boolean(),
  editedAt: v.optional(v.number()),
  clientMessageId: v.optional(v.string()),
  reactions: v.array(reaction),
});

export function toMessageInPage(message: Doc<"messages">): typeof messageInPage.type {
  const { _creationTime, conversationId, ...shown } = message;
  return shown;
}

/** The message that the same sender has already sent under this number, if any. */
export async function findSentMessage(
  ctx: QueryCtx,
  membership: Doc<"memberships">,
  clientMessageId: string,
): Promise<Doc<"messages"> | null> {
  return await ctx.db
    .query("messages")
    .withIndex("by_client_message_id", (q) =>
      q
        .eq("conversationId", membership.conversationId)
        .eq("senderId", membership.userId)
        .eq("clientMessageId", clientMessageId),
    )
    .unique();
}

export type Stretch = {
  /** `sentAt` of a message; only newer ones. */
  after?: number | undefined;
  /** `sentAt` of a message; only older ones. */
  before?: number | undefined;
  /** At which end of the stretch to start when it holds more than `numItems`. */
  from: "after" | "before";
  numItems: number;
};

/** The messages of a stretch, oldest first. */
export async function messagesBetween(
  ctx: Pick<QueryCtx, "db">,
  conversationId: string,
  { after, before, from, numItems }: Stretch,
): Promise<Doc<"messages">[]> {
  const found = await ctx.db
    .query("messages")
    .withIndex("by_conversation_and_time", (q) =>
      q
        .eq("conversationId", conversationId)
        .gt("sentAt", after ?? Number.NEGATIVE_INFINITY)
        .lt("sentAt", before ?? Number.POSITIVE_INFINITY),
    )
    .order(from === "after" ? "asc" : "desc")
    .take(numItems);
  return from === "after" ? found : found.reverse();
}

/**
 * Appends a message. Writes the message, the conversation's head, the sender's own progress and typing
 * row, and nothing for any other member.
 */
export async function appendMessage(
  ctx: MutationCtx,
  membership: Doc<"memberships">,
  sent: { content: string; clientMessageId?: string },
): Promise<Id<"messages">> {
  const { conversationId, userId: senderId } = membership;
  const head = await headOf(ctx, conversationId);
  const seq = head.lastSeq + 1;
  // The wall clock may stand still or step back; the order of messages may not.
  const sentAt = Math.max(Date.now(), head.lastMessageAt + 1);
  const messageId = await ctx.db.insert("messages", {
    conversationId,
    senderId,
    ...sent,
    sentAt,
    seq,
    isDeleted: false,
    reactions: [],
  });
  await ctx.db.patch(head._id, {
    lastSeq: seq,
    lastMessageAt: sentAt,
    lastMessage: {
      messageId,
      senderId,
      content: previewText(sent.content),
      sentAt,
      isDeleted: false,
    },
  });
  await passOwnMessage(ctx, membership, { seq, sentAt });
  await clearTyping(ctx, membership);
  return messageId;
}

/** Empties a message for good; its place and its author stay. A deleted message stays as it is. */
export async function eraseMessage(ctx: MutationCtx, message: Doc<"messages">): Promise<void> {
  if (message.isDeleted) return;
  const { conversationId, seq } = message;
  await ctx.db.patch(message._id, { content: "", isDeleted: true, reactions: [] });
  await ctx.db.insert("deletedMessages", { conversationId, seq });
  await changePreview(ctx, message, { content: "", isDeleted: true });
}

export async function replaceContent(
  ctx: MutationCtx,
  message: Doc<"messages">,
  content: string,
): Promise<void> {
  if (message.content === content) return;
  await ctx.db.patch(message._id, { content, editedAt: Date.now() });
  await changePreview(ctx, message, { content: previewText(content), isDeleted: false });
}

/** Adds the member's reaction, or takes it back if it is there. */
export async function toggleReaction(
  ctx: MutationCtx,
  message: Doc<"messages">,
  added: { emoji: string; userId: string },
): Promise<void> {
  const others = message.reactions.filter(
    ({ emoji, userId }) => emoji !== added.emoji || userId !== added.userId,
  );
  const isNew = others.length === message.reactions.length;
  if (isNew) checkRoomForReaction(message, added.emoji);
  await ctx.db.patch(message._id, { reactions: isNew ? [...others, added] : others });
}

function checkRoomForReaction(message: Doc<"messages">, emoji: string): void {
  if (message.reactions.length >= reactionsPerMessageMax) {
    refuse("too_many", { field: "emoji", max: reactionsPerMessageMax });
  }
  const emojis = new Set(message.reactions.map((given) => given.emoji)).add(emoji);
  if (emojis.size > reactionEmojisPerMessageMax) {
    refuse("too_many", { field: "emoji", max: reactionEmojisPerMessageMax });
  }
}

/** Conversation lists show the newest message; a change of it must show there too. */
async function changePreview(
  ctx: MutationCtx,
  message: Doc<"messages">,
  change: { content: string; isDeleted: boolean },
): Promise<void> {
  const head = await headOf(ctx, message.conversationId);
  if (head.lastMessage?.messageId !== message._id) return;
  await ctx.db.patch(head._id, { lastMessage: { ...head.lastMessage, ...change } });
}
