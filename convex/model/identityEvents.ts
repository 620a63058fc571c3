import { v } from "convex/values";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { endSession, setAccountState } from "./accountLocks";
import { membershipsOfUser } from "./conversations";
import { endMembership } from "./memberships";
import { erasePresence, recordLeaving } from "./presence";
import { closeAllAbout, eraseReporter } from "./reports";
import { removeSearchTerms } from "./userSearch";
import { deletedName, findUser, storeProfile, toProfile } from "./users";

/** What an identity service reports about one of its people. */
export const identityEvent = v.object({
  type: v.union(
    v.literal("user.created"),
    v.literal("user.updated"),
    v.literal("user.deleted"),
    v.literal("user.suspended"),
    v.literal("user.restored"),
    v.literal("session.revoked"),
  ),
  user: v.object({
    id: v.string(),
    name: v.optional(v.string()),
    email: v.optional(v.string()),
    imageUrl: v.optional(v.string()),
  }),
  /** Which session was revoked; without it the tokens of the session live out their minutes. */
  sessionId: v.optional(v.string()),
  /** Milliseconds, by the identity service's clock. */
  occurredAt: v.number(),
});

type IdentityEvent = typeof identityEvent.type;

/**
 * Applies an event. Deliveries may be repeated and may overtake each other: a profile that is not
 * newer than the last one applied changes nothing, and a deleted account stays deleted.
 */
export async function applyIdentityEvent(ctx: MutationCtx, event: IdentityEvent): Promise<boolean> {
  const { type, user, occurredAt, sessionId } = event;
  if (type === "session.revoked") {
    // The person's other sessions go on; a tab that has lost its session stops beating by itself.
    if (sessionId === undefined) await recordLeaving(ctx, user.id, undefined);
    else await endSession(ctx, user.id, sessionId);
    return true;
  }
  if (type === "user.suspended" || type === "user.restored") {
    await setAccountState(ctx, user.id, type === "user.suspended" ? "suspended" : "open");
    if (type === "user.suspended") {
      await recordLeaving(ctx, user.id, undefined);
      await closeAllAbout(ctx, user.id, "suspended");
    }
    return true;
  }
  const existing = await findUser(ctx, user.id);
  if (existing?.isDeleted) return false;
  // Nothing can come after a deletion, so no clock is asked whether it came last.
  if (type === "user.deleted") {
    await buryUser(ctx, existing, event);
    return true;
  }
  if (existing !== null && existing.identityEventAt >= occurredAt) return false;
  const stored = await storeProfile(ctx, toProfile(user));
  await ctx.db.patch(stored._id, { identityEventAt: occurredAt });
  return true;
}

/**
 * Leaves a tombstone: the row stays, so that what the person wrote still has an author, but without a
 * name, an address or a picture; they are in no list and no conversation any more.
 */
async function buryUser(
  ctx: MutationCtx,
  user: Doc<"users"> | null,
  event: IdentityEvent,
): Promise<void> {
  const clerkId = event.user.id;
  const tombstone = {
    clerkId,
    name: deletedName,
    sortName: "",
    email: "",
    imageUrl: null,
    isDeleted: true,
    identityEventAt: event.occurredAt,
  };
  // A deletion may arrive before the creation it follows; the tombstone then keeps the creation out.
  if (user === null) await ctx.db.insert("users", tombstone);
  else await ctx.db.replace(user._id, tombstone);
  await setAccountState(ctx, clerkId, "deleted");
  await removeSearchTerms(ctx, clerkId);
  await erasePresence(ctx, clerkId);
  await closeAllAbout(ctx, clerkId, "account_deleted");
  await eraseReporter(ctx, clerkId);
  for (const membership of await membershipsOfUser(ctx, clerkId)) {
    await endMembership(ctx, membership);
  }
}
