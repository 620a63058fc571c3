import { v } from "convex/values";
import { groupMembersMax, groupNameMaxUnits } from "../shared/limits";
import { cleanGroupName } from "../shared/person-name";
import { mutation } from "./_generated/server";
import { requireGroup, requireGroupAdmin, requireOtherMember } from "./model/access";
import { requireAddable } from "./model/blocks";
import { boundedText, distinctIds } from "./model/bounds";
import { headOf } from "./model/conversations";
import { addMember, endMembership } from "./model/memberships";
import { appendEvent } from "./model/messages";
import { requirePace } from "./model/rateLimits";
import { refuse } from "./model/refuse";
import { memberRole } from "./model/storedParts";

/**
 * What becomes of a group after it was made. Owners and admins rename it, add and remove; the owner
 * alone gives roles. Whatever happens is told by a line among the messages.
 */

/**
 * Renames the group.
 *
 * @throws ConvexError `not_found`; `forbidden` for who is no admin; `invalid` or `too_long`.
 */
export const renameGroup = mutation({
  args: { conversationId: v.string(), groupName: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    const { conversation, membership } = await requireGroupAdmin(ctx, args.conversationId);
    boundedText(args.groupName, "groupName", groupNameMaxUnits);
    const groupName = cleanGroupName(args.groupName);
    if (groupName === "") refuse("invalid", { field: "groupName", reason: "blank" });
    if (groupName === conversation.groupName) return null;
    await ctx.db.patch(conversation._id, { groupName });
    await appendEvent(ctx, membership, { type: "renamed", groupName });
    return null;
  },
});

/**
 * Adds people, who see the whole history; what was there before counts as read. Who is a member
 * already stays one.
 *
 * @throws ConvexError `not_found` for the group or a person; `forbidden` for who is no admin and for a
 * person who has blocked the caller; `too_many`; `rate_limited`.
 */
export const addMembers = mutation({
  args: { conversationId: v.string(), userIds: v.array(v.string()) },
  returns: v.null(),
  handler: async (ctx, args) => {
    const { conversation, membership } = await requireGroupAdmin(ctx, args.conversationId);
    const { conversationId } = conversation;
    const { participants } = conversation;
    const asked = distinctIds(args.userIds, "userIds", groupMembersMax);
    const userIds = asked.filter((id) => !participants.includes(id));
    if (userIds.length === 0) return null;
    if (participants.length + userIds.length > groupMembersMax) {
      refuse("too_many", { field: "userIds", max: groupMembersMax });
    }
    await requirePace(ctx, membership.userId, "invite", userIds.length);
    const { lastSeq, lastMessageAt } = await headOf(ctx, conversationId);
    for (const userId of userIds) {
      await requireAddable(ctx, membership.userId, userId);
      const place = { seq: lastSeq, sentAt: lastMessageAt };
      await addMember(ctx, { conversationId, userId, role: "member" }, place);
    }
    await ctx.db.patch(conversation._id, { participants: [...participants, ...userIds].sort() });
    await appendEvent(ctx, membership, { type: "added", userIds });
    return null;
  },
});

/**
 * Removes somebody, who sees nothing of the group from that moment on.
 *
 * @throws ConvexError `not_found`; `forbidden` for who is no admin, and for an admin who would remove
 * the owner or another admin.
 */
export const removeMember = mutation({
  args: { conversationId: v.string(), userId: v.string() },
  returns: v.null(),
  handler: async (ctx, { conversationId, userId }) => {
    const { membership } = await requireGroupAdmin(ctx, conversationId);
    const removed = await requireOtherMember(ctx, membership, userId);
    if (membership.role !== "owner" && removed.role !== "member") refuse("forbidden");
    await endMembership(ctx, removed);
    await appendEvent(ctx, membership, { type: "removed", userId });
    return null;
  },
});

/**
 * Leaves the group. An owner's place goes to the longest-standing admin, or else member.
 *
 * @throws ConvexError `not_found`; `invalid` for a one-to-one conversation.
 */
export const leaveGroup = mutation({
  args: { conversationId: v.string() },
  returns: v.null(),
  handler: async (ctx, { conversationId }) => {
    const { membership } = await requireGroup(ctx, conversationId);
    await appendEvent(ctx, membership, { type: "left" });
    await endMembership(ctx, membership);
    return null;
  },
});

/**
 * Gives a member a role. A group has one owner: who makes somebody else the owner becomes an admin.
 *
 * @throws ConvexError `not_found`; `forbidden` for who is not the owner.
 */
export const setMemberRole = mutation({
  args: { conversationId: v.string(), userId: v.string(), role: memberRole },
  returns: v.null(),
  handler: async (ctx, { conversationId, userId, role }) => {
    const { membership } = await requireGroup(ctx, conversationId);
    if (membership.role !== "owner") refuse("forbidden");
    const member = await requireOtherMember(ctx, membership, userId);
    if (member.role === role) return null;
    await ctx.db.patch(member._id, { role });
    if (role === "owner") await ctx.db.patch(membership._id, { role: "admin" });
    await appendEvent(ctx, membership, { type: "role", userId, role });
    return null;
  },
});
