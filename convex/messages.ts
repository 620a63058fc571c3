import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import { v } from "convex/values";
import { isEmoji } from "../shared/emoji";
import { clientMessageIdMaxUnits } from "../shared/limits";
import { contentRefusal } from "../shared/message-text";
import type { Doc, Id } from "./_generated/dataModel";
import { type MutationCtx, mutation } from "./_generated/server";
import { isAdmin, requireMember, requireMessage, requireUserId } from "./model/access";
import { requireMayWrite, requireNoBar } from "./model/blocks";
import { boundedItems, boundedPage, boundedText, distinctIds } from "./model/bounds";
import { headOf } from "./model/conversations";
import { gatedQuery, memberOf, memberOfMessage } from "./model/gatedQuery";
import {
  appendMessage,
  editsOf,
  eraseMessage,
  findSentMessage,
  messageInPage,
  messagesBetween,
  replaceContent,
  toggleReaction as toggle,
  toMessageInPage,
  toMessagesInPage,
} from "./model/messages";
import { requirePace } from "./model/rateLimits";
import { moveReadMark, readersOf } from "./model/readMarks";
import { refuse } from "./model/refuse";

/**
 * Sends a message to a conversation of the caller and answers its id.
 *
 * The same `clientMessageId` from the same sender in the same conversation is the same message: it is
 * stored once, as first sent, and every later call answers its id.
 *
 * `replyTo` is a message of the same conversation that this one answers.
 *
 * @throws ConvexError `not_found`; `too_long` or `invalid` for the content, the `clientMessageId` or
 * the `replyTo`; `forbidden` to somebody who is blocked, has blocked the caller or is gone;
 * `rate_limited`.
 */
export const sendMessage = mutation({
  args: {
    conversationId: v.string(),
    content: v.string(),
    clientMessageId: v.optional(v.string()),
    replyTo: v.optional(v.id("messages")),
  },
  returns: v.id("messages"),
  handler: async (ctx, { conversationId, content, clientMessageId, replyTo }) => {
    const membership = await requireMember(ctx, conversationId);
    checkContent(content);
    if (clientMessageId !== undefined) {
      checkClientMessageId(clientMessageId);
      const sent = await findSentMessage(ctx, membership, clientMessageId);
      if (sent !== null) return sent._id;
    }
    await requireMayWrite(ctx, membership);
    await requirePace(ctx, membership.userId, "send");
    if (replyTo !== undefined) await checkReplyTo(ctx, conversationId, replyTo);
    return await appendMessage(ctx, membership, { content, clientMessageId, replyTo });
  },
});

/**
 * The messages of a conversation, newest first, the same for every member.
 *
 * A deleted message keeps its place with empty content and no reactions.
 */
export const getMessages = gatedQuery(memberOf, {
  args: { conversationId: v.string(), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(messageInPage),
  handler: async (ctx, { conversationId, paginationOpts }) => {
    const found = await ctx.db
      .query("messages")
      .withIndex("by_conversation_and_time", (q) => q.eq("conversationId", conversationId))
      .order("desc")
      .paginate(boundedPage(paginationOpts));
    return { ...found, page: await toMessagesInPage(ctx, found.page) };
  },
});

/**
 * One message, with the conversation that it belongs to: where a link to a message leads.
 *
 * @throws ConvexError `not_found`.
 */
export const getMessage = gatedQuery(memberOfMessage, {
  args: { messageId: v.id("messages") },
  returns: messageInPage.extend({ conversationId: v.string() }),
  handler: async (ctx, { messageId }) => {
    const message = (await ctx.db.get(messageId)) ?? refuse("not_found");
    const shown = await toMessageInPage(ctx, message);
    return { ...shown, conversationId: message.conversationId };
  },
});

/**
 * Up to `numItems` (at most 100) messages between two others, oldest first: the ones nearest to
 * `before`, or with `from: "after"` the ones nearest to `after`.
 *
 * Both bounds are `sentAt` of messages and exclusive; none is open. Messages keep their place for
 * good, so a stretch whose near end is given never shifts, and stretches that start where others end
 * cover a conversation without gaps and twice nowhere. It is the same for every member.
 *
 * @throws ConvexError `not_found`.
 */
export const getMessagesBetween = gatedQuery(memberOf, {
  args: {
    conversationId: v.string(),
    after: v.optional(v.number()),
    before: v.optional(v.number()),
    from: v.union(v.literal("after"), v.literal("before")),
    numItems: v.number(),
  },
  returns: v.array(messageInPage),
  handler: async (ctx, { conversationId, numItems, ...stretch }) => {
    const found = await messagesBetween(ctx, conversationId, {
      ...stretch,
      numItems: boundedItems(numItems),
    });
    return await toMessagesInPage(ctx, found);
  },
});

/** Moves the caller's read mark forward to the message, never back. */
export const markMessageAsRead = mutation({
  args: { messageId: v.id("messages") },
  returns: v.null(),
  handler: async (ctx, { messageId }) => {
    const { message, membership } = await requireMessage(ctx, messageId);
    await moveReadMark(ctx, membership, message);
    return null;
  },
});

/**
 * Moves the caller's read marks to the newest message of up to 100 conversations; all of them or,
 * when one of them is not the caller's, none.
 */
export const markConversationsAsRead = mutation({
  args: { conversationIds: v.array(v.string()) },
  returns: v.null(),
  handler: async (ctx, args) => {
    await requireUserId(ctx);
    for (const conversationId of distinctIds(args.conversationIds, "conversationIds")) {
      const membership = await requireMember(ctx, conversationId);
      const { lastSeq, lastMessageAt } = await headOf(ctx, conversationId);
      await moveReadMark(ctx, membership, { seq: lastSeq, sentAt: lastMessageAt });
    }
    return null;
  },
});

/**
 * Who has read a message and when (milliseconds), earliest first; its author is always among them.
 *
 * `readAt` of a message that somebody read long ago is the earliest time still remembered for them.
 */
export const getReadBy = gatedQuery(memberOfMessage, {
  args: { messageId: v.id("messages") },
  returns: v.object({
    readBy: v.array(v.object({ userId: v.string(), readAt: v.number() })),
  }),
  handler: async (ctx, { messageId }) => {
    const message = (await ctx.db.get(messageId)) ?? refuse("not_found");
    return { readBy: await readersOf(ctx, message) };
  },
});

/**
 * What a message said before it was edited, oldest first, at most the latest 50 contents; nothing once
 * it is deleted.
 *
 * @throws ConvexError `not_found`.
 */
export const getEdits = gatedQuery(memberOfMessage, {
  args: { messageId: v.id("messages") },
  returns: v.array(v.object({ content: v.string(), writtenAt: v.number() })),
  handler: async (ctx, { messageId }) => {
    const edits = await editsOf(ctx, messageId);
    return edits.map(({ content, writtenAt }) => ({ content, writtenAt }));
  },
});

/**
 * Adds the caller's reaction to a message, or takes it back.
 *
 * @throws ConvexError `invalid` for what is not one emoji or for a deleted message; `too_many`; for
 * adding one, `forbidden` where one of two has blocked the other.
 */
export const toggleReaction = mutation({
  args: { messageId: v.id("messages"), emoji: v.string() },
  returns: v.null(),
  handler: async (ctx, { messageId, emoji }) => {
    const { message, membership } = await requireMessage(ctx, messageId);
    if (!isEmoji(emoji)) refuse("invalid", { field: "emoji", reason: "malformed" });
    checkIsThere(message);
    const { userId } = membership;
    const isThere = message.reactions.some((one) => one.userId === userId && one.emoji === emoji);
    // One's own can always be taken back.
    if (!isThere) await requireNoBar(ctx, membership);
    await requirePace(ctx, userId, "change");
    await toggle(ctx, message, { emoji, userId });
    return null;
  },
});

/**
 * Replaces the content of one of the caller's own messages.
 *
 * @throws ConvexError `forbidden` for somebody else's message, and where one of two has blocked the
 * other; `invalid` or `too_long` as for sending, and `invalid` for a deleted message.
 */
export const editMessage = mutation({
  args: { messageId: v.id("messages"), content: v.string() },
  returns: v.null(),
  handler: async (ctx, { messageId, content }) => {
    const { message, membership } = await requireMessage(ctx, messageId);
    if (message.senderId !== membership.userId) refuse("forbidden");
    checkIsThere(message);
    checkContent(content);
    await requireNoBar(ctx, membership);
    await requirePace(ctx, membership.userId, "change");
    await replaceContent(ctx, message, content);
    return null;
  },
});

/**
 * Deletes up to 100 messages, for everybody: the caller's own, or anybody's in a group whose owner or
 * admin the caller is. All of them or none. Deleting a deleted message changes nothing.
 *
 * @throws ConvexError `not_found`; `forbidden` for somebody else's message; `too_many`.
 */
export const deleteMessages = mutation({
  args: { messageIds: v.array(v.id("messages")) },
  returns: v.null(),
  handler: async (ctx, args) => {
    await requirePace(ctx, await requireUserId(ctx), "change");
    for (const messageId of distinctIds(args.messageIds, "messageIds")) {
      const { message, membership } = await requireMessage(ctx, messageId);
      const isOwn = message.senderId === membership.userId;
      if (!isOwn && !isAdmin(membership)) refuse("forbidden");
      if (message.event) refuse("invalid", { field: "messageIds", reason: "malformed" });
      await eraseMessage(ctx, message);
    }
    return null;
  },
});

function checkContent(content: string): void {
  const refusal = contentRefusal(content);
  if (refusal !== null) refuse(refusal.code, refusal);
}

/** Neither deleted nor a line about the group, which nobody wrote. */
function checkIsThere(message: Doc<"messages">): void {
  if (message.isDeleted) refuse("invalid", { field: "messageId", reason: "deleted" });
  if (message.event) refuse("invalid", { field: "messageId", reason: "malformed" });
}

async function checkReplyTo(
  ctx: MutationCtx,
  conversationId: string,
  replyTo: Id<"messages">,
): Promise<void> {
  const answered = await ctx.db.get(replyTo);
  if (answered?.conversationId !== conversationId) refuse("not_found");
  if (answered.event) refuse("invalid", { field: "replyTo", reason: "malformed" });
  if (answered.isDeleted) refuse("invalid", { field: "replyTo", reason: "deleted" });
}

function checkClientMessageId(clientMessageId: string): void {
  boundedText(clientMessageId, "clientMessageId", clientMessageIdMaxUnits);
  if (clientMessageId === "") refuse("invalid", { field: "clientMessageId", reason: "blank" });
}
