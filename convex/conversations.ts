import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import { v } from "convex/values";
import { groupMembersMax, groupMembersMin, groupNameMaxUnits } from "../shared/limits";
import { cleanGroupName } from "../shared/person-name";
import { mutation, query } from "./_generated/server";
import { requireIdentity, requireMember, requireUserId } from "./model/access";
import { findBlock, requireAddable } from "./model/blocks";
import { boundedPage, boundedText, distinctIds } from "./model/bounds";
import {
  choicesByConversation,
  choicesOf,
  clearConversation as clear,
  markUnread,
} from "./model/conversationChoices";
import { headsOfUser, listedConversation, pageOfConversations } from "./model/conversationList";
import { findConversation, headOf, membersOf, openGroup, openPair } from "./model/conversations";
import { gatedQuery, memberOf } from "./model/gatedQuery";
import { requirePace } from "./model/rateLimits";
import { countFrom, readMarksOf } from "./model/readMarks";
import { refuse } from "./model/refuse";
import { memberRole } from "./model/storedParts";
import { countUnread, progressByConversation } from "./model/unread";
import { ensureCaller, findLivingUser, findUser, publicUser, toPublicUser } from "./model/users";

/**
 * The id of the one-to-one conversation of two people, created if there is none. Both people at the
 * same instant get the same one.
 *
 * @throws ConvexError `forbidden` when the caller is not one of the two; `invalid` when they are not two
 * different people; `not_found` when the other does not exist.
 */
export const getOrCreateConversation = mutation({
  args: { participantIds: v.array(v.string()) },
  returns: v.string(),
  handler: async (ctx, { participantIds }) => {
    const identity = await requireIdentity(ctx);
    const caller = identity.subject;
    if (participantIds.length !== 2) {
      refuse("invalid", { field: "participantIds", reason: "malformed" });
    }
    if (!participantIds.includes(caller)) refuse("forbidden");
    const other = participantIds.find((id) => id !== caller);
    if (other === undefined) refuse("invalid", { field: "participantIds", reason: "same_person" });
    await ensureCaller(ctx, identity);
    if ((await findLivingUser(ctx, other)) === null) refuse("not_found");
    return await openPair(ctx, caller, other);
  },
});

/**
 * Makes a group of the caller, who owns it, and up to 255 other people; answers its id.
 *
 * @throws ConvexError `invalid` or `too_long` for the name; `invalid` for fewer than two people in all,
 * `too_many` for more than 256; `not_found` when somebody does not exist; `forbidden` when somebody has
 * blocked the caller.
 */
export const createGroup = mutation({
  args: { groupName: v.string(), participantIds: v.array(v.string()) },
  returns: v.string(),
  handler: async (ctx, args) => {
    const identity = await requireIdentity(ctx);
    boundedText(args.groupName, "groupName", groupNameMaxUnits);
    const groupName = cleanGroupName(args.groupName);
    if (groupName === "") refuse("invalid", { field: "groupName", reason: "blank" });
    const asked = [identity.subject, ...args.participantIds];
    const participants = distinctIds(asked, "participantIds", groupMembersMax);
    if (participants.length < groupMembersMin) {
      refuse("invalid", { field: "participantIds", reason: "too_few", min: groupMembersMin });
    }
    await ensureCaller(ctx, identity);
    await requirePace(ctx, identity.subject, "open");
    await requirePace(ctx, identity.subject, "invite", participants.length);
    for (const userId of participants) await requireAddable(ctx, identity.subject, userId);
    return await openGroup(ctx, participants, groupName);
  },
});

/** The caller's conversations (the 1,000 they joined last), the one with the newest message first. */
export const getUserConversations = query({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(listedConversation),
  handler: async (ctx, { paginationOpts }) => {
    const userId = await requireUserId(ctx);
    return await pageOfConversations(ctx, userId, boundedPage(paginationOpts));
  },
});

/**
 * What does not change with every message: who is in a conversation of the caller and what it is called.
 *
 * @throws ConvexError `not_found`.
 */
export const getConversation = query({
  args: { conversationId: v.string() },
  returns: v.object({
    conversationId: v.string(),
    isGroup: v.boolean(),
    /** The group's name, or the name of the other person. */
    title: v.string(),
    groupName: v.union(v.string(), v.null()),
    participants: v.array(v.string()),
    members: v.array(
      v.object({
        userId: v.string(),
        name: v.string(),
        imageUrl: v.union(v.string(), v.null()),
        role: memberRole,
      }),
    ),
    memberCount: v.number(),
    otherUser: v.union(publicUser, v.null()),
    myRole: memberRole,
    /** The caller has blocked the other person of a one-to-one conversation. */
    isBlocked: v.boolean(),
    /** The caller has cleared away messages up to this number, and its `sentAt`; 0 for none. */
    clearedSeq: v.number(),
    clearedAt: v.number(),
  }),
  handler: async (ctx, { conversationId }) => {
    const own = await requireMember(ctx, conversationId);
    const conversation = (await findConversation(ctx, conversationId)) ?? refuse("not_found");
    const { isGroup, groupName, participants } = conversation;
    const memberships = await membersOf(ctx, conversationId);
    const members = await Promise.all(
      memberships.map(async ({ userId, role }) => {
        const user = await findUser(ctx, userId);
        return { userId, name: user?.name ?? "", imageUrl: user?.imageUrl ?? null, role };
      }),
    );
    const otherId = isGroup ? undefined : participants.find((id) => id !== own.userId);
    const other = otherId === undefined ? null : await findUser(ctx, otherId);
    const { clearedSeq, clearedAt } = await choicesOf(ctx, own);
    const isBlocked = otherId !== undefined && (await findBlock(ctx, own.userId, otherId)) !== null;
    return {
      conversationId,
      isGroup,
      title: groupName ?? other?.name ?? "",
      groupName,
      participants,
      members,
      memberCount: members.length,
      otherUser: other === null ? null : toPublicUser(other),
      myRole: own.role,
      ...{ isBlocked, clearedSeq, clearedAt },
    };
  },
});

/**
 * The caller's unread messages by conversation, only where there are any. Own and deleted messages do
 * not count; sending counts as having seen everything before.
 */
export const getUnreadCounts = query({
  args: {},
  returns: v.array(v.object({ conversationId: v.string(), unreadCount: v.number() })),
  handler: async (ctx) => {
    const userId = await requireUserId(ctx);
    const heads = await headsOfUser(ctx, userId);
    const progress = await progressByConversation(ctx, userId);
    const choices = await choicesByConversation(ctx, userId);
    const counts = await Promise.all(
      heads.map(async (head) => {
        const { conversationId } = head;
        const counted = await countUnread(ctx, head, progress.get(conversationId));
        const isMarked = choices.get(conversationId)?.isMarkedUnread === true;
        return { conversationId, unreadCount: isMarked ? Math.max(1, counted) : counted };
      }),
    );
    return counts.filter(({ unreadCount }) => unreadCount > 0);
  },
});

/**
 * Puts the badge back on a conversation, for the caller only, until they read in it.
 *
 * @throws ConvexError `not_found`.
 */
export const markAsUnread = mutation({
  args: { conversationId: v.string() },
  returns: v.null(),
  handler: async (ctx, { conversationId }) => {
    await markUnread(ctx, await requireMember(ctx, conversationId), true);
    return null;
  },
});

/**
 * Clears away, for the caller only, what the conversation holds now; with `isHidden` it also leaves the
 * caller's list until somebody writes again. The messages stay what they are for everybody else.
 *
 * @throws ConvexError `not_found`.
 */
export const clearConversation = mutation({
  args: { conversationId: v.string(), isHidden: v.optional(v.boolean()) },
  returns: v.null(),
  handler: async (ctx, { conversationId, isHidden = false }) => {
    const membership = await requireMember(ctx, conversationId);
    const { lastSeq, lastMessageAt } = await headOf(ctx, conversationId);
    await countFrom(ctx, membership, { seq: lastSeq, sentAt: lastMessageAt });
    await clear(ctx, membership, { isHidden });
    return null;
  },
});

/**
 * How far each member has read. A message has been read by everybody whose `lastReadSeq` is at least its
 * `seq`, which is when `lastReadAt` is at least its `sentAt`: `lastReadAt` is the `sentAt` of the newest
 * message read, 0 before any. A message's author has always read it, whatever their mark says.
 */
export const getReadMarks = gatedQuery(memberOf, {
  args: { conversationId: v.string() },
  returns: v.array(
    v.object({ userId: v.string(), lastReadSeq: v.number(), lastReadAt: v.number() }),
  ),
  handler: async (ctx, { conversationId }) => {
    const marks = await readMarksOf(ctx, conversationId);
    return marks.map(({ userId, lastReadSeq, lastReadAt }) => ({
      userId,
      lastReadSeq,
      lastReadAt,
    }));
  },
});
