import { v } from "convex/values";
import {
  editsKeptMax,
  reactionEmojisPerMessageMax,
  reactionsPerMessageMax,
} from "../../shared/limits";
import { previewText } from "../../shared/message-text";
import { searchTextOf } from "../../shared/search-text";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { headOf } from "./conversations";
import { countFrom } from "./readMarks";
import { refuse } from "./refuse";
import { type GroupEvent, groupEvent, reaction } from "./storedParts";
import { clearTyping } from "./typing";

type ReadCtx = Pick<QueryCtx, "db">;

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
  /** What this message answers, as it stands now. */
  quote: v.optional(
    v.object({
      messageId: v.id("messages"),
      senderId: v.string(),
      /** A preview; empty once the quoted message is deleted. */
      content: v.string(),
      sentAt: v.number(),
      isDeleted: v.boolean(),
    }),
  ),
  event: v.optional(groupEvent),
});

type MessageInPage = typeof messageInPage.type;

/** The messages with what they quote, which is read anew each time: a quote keeps nothing alive. */
export async function toMessagesInPage(
  ctx: ReadCtx,
  messages: Doc<"messages">[],
): Promise<MessageInPage[]> {
  return await Promise.all(messages.map((message) => toMessageInPage(ctx, message)));
}

export async function toMessageInPage(
  ctx: ReadCtx,
  message: Doc<"messages">,
): Promise<MessageInPage> {
  const { _creationTime, conversationId, replyTo, searchText, ...shown } = message;
  const quoted = replyTo === undefined ? null : await ctx.db.get(replyTo);
  if (quoted === null) return shown;
  const { _id: messageId, senderId, content, sentAt, isDeleted } = quoted;
  const quote = { messageId, senderId, content: previewText(content), sentAt, isDeleted };
  return { ...shown, quote };
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
  sent: { content: string; clientMessageId?: string; replyTo?: Id<"messages"> },
): Promise<Id<"messages">> {
  const { conversationId, userId: senderId } = membership;
  const { messageId, ...place } = await append(ctx, conversationId, senderId, sent);
  await countFrom(ctx, membership, place);
  await clearTyping(ctx, membership);
  return messageId;
}

/** Appends a line about the group. It is nobody's message: no unread count includes it. */
export async function appendEvent(
  ctx: MutationCtx,
  { conversationId, userId }: Pick<Doc<"memberships">, "conversationId" | "userId">,
  event: GroupEvent,
): Promise<void> {
  const { seq } = await append(ctx, conversationId, userId, { content: "", event });
  await leaveUncounted(ctx, conversationId, seq);
}

async function append(
  ctx: MutationCtx,
  conversationId: string,
  senderId: string,
  sent: Pick<Doc<"messages">, "content" | "clientMessageId" | "replyTo" | "event">,
): Promise<{ messageId: Id<"messages">; seq: number; sentAt: number }> {
  const head = await headOf(ctx, conversationId);
  const seq = head.lastSeq + 1;
  // The wall clock may stand still or step back; the order of messages may not.
  const sentAt = Math.max(Date.now(), head.lastMessageAt + 1);
  const place = { conversationId, senderId, sentAt, seq };
  const messageId = await ctx.db.insert("messages", {
    ...place,
    ...sent,
    isDeleted: false,
    reactions: [],
    searchText: searchTextOf(sent.content),
  });
  const { event } = sent;
  const content = previewText(sent.content);
  await ctx.db.patch(head._id, {
    lastSeq: seq,
    lastMessageAt: sentAt,
    lastMessage: { messageId, senderId, content, sentAt, isDeleted: false, event },
  });
  return { messageId, seq, sentAt };
}

/** Empties a message for good; its place and its author stay. A deleted message stays as it is. */
export async function eraseMessage(ctx: MutationCtx, message: Doc<"messages">): Promise<void> {
  if (message.isDeleted) return;
  await ctx.db.patch(message._id, {
    content: "",
    isDeleted: true,
    reactions: [],
    searchText: "",
  });
  await leaveUncounted(ctx, message.conversationId, message.seq);
  for (const edit of await editsOf(ctx, message._id)) await ctx.db.delete(edit._id);
  await changePreview(ctx, message, { content: "", isDeleted: true });
}

/**
 * Leaves a message out of unread counts. The head tells counts that begin behind the last such message,
 * as almost all do, that there is nothing to look for.
 */
async function leaveUncounted(
  ctx: MutationCtx,
  conversationId: string,
  seq: number,
): Promise<void> {
  await ctx.db.insert("deletedMessages", { conversationId, seq });
  const { _id, lastDeletedSeq } = await headOf(ctx, conversationId);
  if (lastDeletedSeq === undefined || lastDeletedSeq >= seq) return;
  await ctx.db.patch(_id, { lastDeletedSeq: seq });
}

/** What the message said before, oldest first. */
export async function editsOf(
  ctx: ReadCtx,
  messageId: Id<"messages">,
): Promise<Doc<"messageEdits">[]> {
  return await ctx.db
    .query("messageEdits")
    .withIndex("by_message", (q) => q.eq("messageId", messageId))
    .take(editsKeptMax + 1);
}

export async function replaceContent(
  ctx: MutationCtx,
  message: Doc<"messages">,
  content: string,
): Promise<void> {
  if (message.content === content) return;
  const writtenAt = message.editedAt ?? message.sentAt;
  const edit = { messageId: message._id, content: message.content, writtenAt };
  await ctx.db.insert("messageEdits", edit);
  const [oldest, ...rest] = await editsOf(ctx, message._id);
  if (oldest && rest.length >= editsKeptMax) await ctx.db.delete(oldest._id);
  const searchText = searchTextOf(content);
  await ctx.db.patch(message._id, { content, searchText, editedAt: Date.now() });
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
