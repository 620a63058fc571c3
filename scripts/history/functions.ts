// Stands in a copy of `convex/` for as long as histories are written; see `write-history.ts`. Nobody serves it.
import { v } from "convex/values";
import type { Id } from "../../convex/_generated/dataModel";
import { mutation } from "../../convex/_generated/server";
import { previewText } from "../../shared/message-text";
import { searchTextOf } from "../../shared/search-text";

const message = v.object({
  senderId: v.string(),
  content: v.string(),
  /** Later than that of the message before it. */
  sentAt: v.number(),
  isEdited: v.optional(v.boolean()),
  isDeleted: v.optional(v.boolean()),
  reactions: v.optional(v.array(v.object({ emoji: v.string(), userId: v.string() }))),
  /** How many messages before this one stands the one that it answers. */
  answers: v.optional(v.number()),
});

/** Appends messages of the past, as `messages.sendMessage` would have at the time. */
export const append = mutation({
  args: { conversationId: v.string(), messages: v.array(message) },
  handler: async (ctx, { conversationId, messages }) => {
    const head = await ctx.db
      .query("conversationHeads")
      .withIndex("by_conversation_id", (q) => q.eq("conversationId", conversationId))
      .unique();
    if (head === null) throw new Error(`There is no conversation ${conversationId}.`);
    const ids: Id<"messages">[] = [];
    for (const [place, written] of messages.entries()) {
      const { senderId, sentAt, answers, isEdited = false, isDeleted = false } = written;
      const content = isDeleted ? "" : written.content;
      const seq = head.lastSeq + 1 + place;
      ids.push(
        await ctx.db.insert("messages", {
          conversationId,
          senderId,
          content,
          sentAt,
          seq,
          isDeleted,
          editedAt: isEdited ? sentAt + 60_000 : undefined,
          replyTo: answers === undefined ? undefined : ids.at(-answers),
          reactions: written.reactions ?? [],
          searchText: searchTextOf(content),
        }),
      );
      if (isDeleted) await ctx.db.insert("deletedMessages", { conversationId, seq });
    }
    const [last, messageId] = [messages.at(-1), ids.at(-1)];
    if (last === undefined || messageId === undefined) return;
    const lastDeleted = messages.findLastIndex(({ isDeleted }) => isDeleted);
    const { senderId, sentAt, content, isDeleted = false } = last;
    await ctx.db.patch(head._id, {
      lastSeq: head.lastSeq + messages.length,
      lastMessageAt: sentAt,
      lastMessage: { messageId, senderId, content: previewText(content), sentAt, isDeleted },
      lastDeletedSeq: lastDeleted < 0 ? head.lastDeletedSeq : head.lastSeq + 1 + lastDeleted,
    });
  },
});

/** Lets a member have read all but the newest messages. */
export const read = mutation({
  args: { conversationId: v.string(), userId: v.string(), unread: v.number() },
  handler: async (ctx, { conversationId, userId, unread }) => {
    const newest = await ctx.db
      .query("messages")
      .withIndex("by_conversation_and_time", (q) => q.eq("conversationId", conversationId))
      .order("desc")
      .take(unread + 1);
    const last = newest.at(unread);
    const mark = await ctx.db
      .query("readMarks")
      .withIndex("by_conversation_and_user", (q) =>
        q.eq("conversationId", conversationId).eq("userId", userId),
      )
      .unique();
    const progress = await ctx.db
      .query("readProgress")
      .withIndex("by_conversation_and_user", (q) =>
        q.eq("conversationId", conversationId).eq("userId", userId),
      )
      .unique();
    if (!last || !mark || !progress) return;
    await ctx.db.patch(mark._id, { lastReadSeq: last.seq, lastReadAt: last.sentAt });
    await ctx.db.patch(progress._id, {
      seenSeq: last.seq,
      seenAt: last.sentAt,
      moves: [{ seq: last.seq, readAt: last.sentAt + 1_000 }],
    });
  },
});
