import type { UserIdentity } from "convex/server";
import { conversationIdMaxUnits, userIdMaxUnits } from "../../shared/limits";
import type { Doc, Id } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { requireUnlocked } from "./accountLocks";
import { refuse } from "./refuse";

/**
 * The one gate: every public function passes here before it reads anything. No argument ever names the
 * caller. "Does not exist" and "is not yours" are the same refusal, so that ids cannot be probed.
 */

/** What finding out who is calling takes. */
type CallerCtx = Pick<QueryCtx, "auth" | "db">;

/**
 * The caller, as their token says.
 *
 * @throws ConvexError `unauthenticated` without a valid token, after signing out and after deletion;
 * `suspended`.
 */
export async function requireIdentity(ctx: CallerCtx): Promise<UserIdentity> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null || !isUserId(identity.subject)) refuse("unauthenticated");
  await requireUnlocked(ctx, identity);
  return identity;
}

/** The caller's user id: the subject of their token. */
export async function requireUserId(ctx: CallerCtx): Promise<string> {
  return (await requireIdentity(ctx)).subject;
}

/**
 * The caller as an owner or admin of the server: by the `role` claim of their token, which only an
 * identity service can write. Whoever's role changes there loses the sessions that carry the old one;
 * with Clerk, the claim of a token already given counts until that ends, within a minute.
 *
 * @throws ConvexError `not_found` for everybody else: to them there are no such rooms.
 */
export async function requireServerAdmin(ctx: CallerCtx): Promise<string> {
  const { subject, role } = await requireIdentity(ctx);
  if (role !== "owner" && role !== "admin") refuse("not_found");
  return subject;
}

/**
 * The caller's membership of a conversation: one point read of a row that only joining, leaving and
 * a change of role write. It is in the read set of every query about the conversation, so that a
 * removed member's subscriptions are re-run and refused at once.
 *
 * @throws ConvexError `not_found` when the caller is not a member or the conversation does not exist.
 */
export async function requireMember(
  ctx: QueryCtx,
  conversationId: string,
): Promise<Doc<"memberships">> {
  const userId = await requireUserId(ctx);
  return (await findMembership(ctx, conversationId, userId)) ?? refuse("not_found");
}

/**
 * A message of a conversation that the caller is a member of.
 *
 * @throws ConvexError `not_found` when there is no such message or the caller is not a member.
 */
export async function requireMessage(
  ctx: QueryCtx,
  messageId: Id<"messages">,
): Promise<{ message: Doc<"messages">; membership: Doc<"memberships"> }> {
  const userId = await requireUserId(ctx);
  const message = (await ctx.db.get(messageId)) ?? refuse("not_found");
  const membership = await findMembership(ctx, message.conversationId, userId);
  return { message, membership: membership ?? refuse("not_found") };
}

/**
 * A group that the caller is in.
 *
 * @throws ConvexError `not_found`; `invalid` for a one-to-one conversation.
 */
export async function requireGroup(
  ctx: QueryCtx,
  conversationId: string,
): Promise<{ conversation: Doc<"conversations">; membership: Doc<"memberships"> }> {
  const membership = await requireMember(ctx, conversationId);
  const conversation = await ctx.db
    .query("conversations")
    .withIndex("by_conversation_id", (q) => q.eq("conversationId", conversationId))
    .unique();
  if (conversation === null) refuse("not_found");
  if (!conversation.isGroup) refuse("invalid", { reason: "not_group" });
  return { conversation, membership };
}

/** The same, for its owner and admins. @throws ConvexError also `forbidden`. */
export async function requireGroupAdmin(
  ctx: QueryCtx,
  conversationId: string,
): Promise<{ conversation: Doc<"conversations">; membership: Doc<"memberships"> }> {
  const group = await requireGroup(ctx, conversationId);
  if (!isAdmin(group.membership)) refuse("forbidden");
  return group;
}

/**
 * Another member of a conversation that the caller is in.
 *
 * @throws ConvexError `not_found`; `invalid` for the caller's own membership.
 */
export async function requireOtherMember(
  ctx: QueryCtx,
  own: Doc<"memberships">,
  userId: string,
): Promise<Doc<"memberships">> {
  if (userId === own.userId) refuse("invalid", { field: "userId", reason: "same_person" });
  if (!isUserId(userId)) refuse("not_found");
  return (await findMembership(ctx, own.conversationId, userId)) ?? refuse("not_found");
}

/** Whether the member may act on other people's messages and on the group itself. */
export function isAdmin(membership: Doc<"memberships">): boolean {
  return membership.role === "owner" || membership.role === "admin";
}

export async function findMembership(
  ctx: QueryCtx,
  conversationId: string,
  userId: string,
): Promise<Doc<"memberships"> | null> {
  if (conversationId.length > conversationIdMaxUnits) return null;
  return await ctx.db
    .query("memberships")
    .withIndex("by_conversation_and_user", (q) =>
      q.eq("conversationId", conversationId).eq("userId", userId),
    )
    .unique();
}

/** Whether the text can be the id of a user at all. */
export function isUserId(subject: string): boolean {
  return subject.length > 0 && subject.length <= userIdMaxUnits;
}
