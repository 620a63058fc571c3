import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import { v } from "convex/values";
import { query } from "./_generated/server";
import { requireUserId } from "./model/access";
import { boundedPage } from "./model/bounds";
import { choicesOf } from "./model/conversationChoices";
import { findConversation } from "./model/conversations";
import { progressOf } from "./model/readMarks";
import { memberRole } from "./model/storedParts";
import { findUser } from "./model/users";

const ownConversation = v.object({
  conversationId: v.string(),
  isGroup: v.boolean(),
  /** Of the group, or of the other person; null when neither is there any more. */
  name: v.union(v.string(), v.null()),
  participants: v.array(v.string()),
  role: memberRole,
  /** The times are milliseconds, and null for never. */
  joinedAt: v.number(),
  readUntil: v.union(v.number(), v.null()),
  clearedUntil: v.union(v.number(), v.null()),
  isHidden: v.boolean(),
  isMarkedUnread: v.boolean(),
});

/**
 * Every conversation that the caller is in, also what their list hides, with what they have chosen and
 * read there: what a list has no place for and one's own data do.
 */
export const getOwnConversations = query({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(ownConversation),
  handler: async (ctx, { paginationOpts }) => {
    const userId = await requireUserId(ctx);
    const found = await ctx.db
      .query("memberships")
      .withIndex("by_user", (q) => q.eq("userId", userId))
      .paginate(boundedPage(paginationOpts));
    const page = await Promise.all(
      found.page.map(async (membership) => {
        const { conversationId, role, joinedAt } = membership;
        const conversation = await findConversation(ctx, conversationId);
        if (conversation === null) throw new Error("A member of nothing cannot exist");
        const { isGroup, groupName, participants } = conversation;
        const otherId = participants.find((id) => id !== userId);
        const other = otherId === undefined ? null : await findUser(ctx, otherId);
        const { clearedAt, isHidden, isMarkedUnread } = await choicesOf(ctx, membership);
        const { seenAt } = await progressOf(ctx, conversationId, userId);
        return {
          ...{ conversationId, isGroup, participants, role, joinedAt },
          name: isGroup ? groupName : (other?.name ?? null),
          ...{ readUntil: seenAt || null, clearedUntil: clearedAt || null },
          ...{ isHidden, isMarkedUnread },
        };
      }),
    );
    return { ...found, page };
  },
});

const ownMessage = v.object({
  messageId: v.string(),
  conversationId: v.string(),
  content: v.string(),
  /** Milliseconds. */
  sentAt: v.number(),
  editedAt: v.optional(v.number()),
  replyTo: v.optional(v.string()),
});

/**
 * Everything the caller has written and not deleted, oldest first, wherever it stands: also in groups
 * that they have left, of which nothing else is told. A page may have fewer items than asked for.
 */
export const getOwnMessages = query({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(ownMessage),
  handler: async (ctx, { paginationOpts }) => {
    const userId = await requireUserId(ctx);
    const found = await ctx.db
      .query("messages")
      .withIndex("by_sender", (q) => q.eq("senderId", userId))
      .paginate(boundedPage(paginationOpts));
    const page = found.page
      .filter(({ isDeleted, event }) => !isDeleted && event === undefined)
      .map(({ _id, conversationId, content, sentAt, editedAt, replyTo }) => ({
        ...{ messageId: _id, conversationId, content, sentAt },
        ...(editedAt !== undefined && { editedAt }),
        ...(replyTo !== undefined && { replyTo }),
      }));
    return { ...found, page };
  },
});
