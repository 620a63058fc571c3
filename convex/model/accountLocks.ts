import type { UserIdentity } from "convex/server";
import { endedSessionKeptMs, endedSessionsKeptMax } from "../../shared/limits";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { refuse } from "./refuse";

/**
 * What keeps somebody out although their token still reads as valid: tokens live for minutes, but a
 * sign-out, a suspension or a deletion counts at once. The row is in the read set of every query of
 * its person, so writing it takes the data away from every socket and every tab that shows it.
 *
 * Most people have no row.
 */

/**
 * @throws ConvexError `unauthenticated` for a deleted account or a session that was ended; `suspended`.
 */
export async function requireUnlocked(
  ctx: Pick<QueryCtx, "db">,
  identity: UserIdentity,
): Promise<void> {
  const lock = await findLock(ctx, identity.subject);
  if (lock === null) return;
  switch (lock.state) {
    case "deleted":
      return refuse("unauthenticated");
    case "suspended":
      return refuse("suspended");
    case "open":
      break;
    default:
      lock.state satisfies never;
  }
  const { sid } = identity;
  if (lock.endedSessions.some(({ sessionId }) => sessionId === sid)) refuse("unauthenticated");
}

/** Suspends, restores or buries an account. A deleted one stays deleted. */
export async function setAccountState(
  ctx: MutationCtx,
  userId: string,
  state: Doc<"accountLocks">["state"],
): Promise<void> {
  const lock = await findLock(ctx, userId);
  if (lock === null) {
    if (state !== "open") await ctx.db.insert("accountLocks", { userId, state, endedSessions: [] });
    return;
  }
  if (lock.state !== "deleted" && lock.state !== state) await ctx.db.patch(lock._id, { state });
}

/**
 * Shuts out one session for as long as any token of it can live. The latest `endedSessionsKeptMax` of
 * a person are remembered; whoever ends more within minutes has suspended the account instead.
 *
 * @param sessionId The `sid` claim of the session's tokens.
 */
export async function endSession(
  ctx: MutationCtx,
  userId: string,
  sessionId: string,
): Promise<void> {
  const now = Date.now();
  const lock = await findLock(ctx, userId);
  const kept = (lock?.endedSessions ?? []).filter(
    (ended) => ended.sessionId !== sessionId && now - ended.endedAt < endedSessionKeptMs,
  );
  const endedSessions = [...kept, { sessionId, endedAt: now }].slice(-endedSessionsKeptMax);
  if (lock === null) {
    await ctx.db.insert("accountLocks", { userId, state: "open", endedSessions });
  } else {
    await ctx.db.patch(lock._id, { endedSessions });
  }
}

async function findLock(
  ctx: Pick<QueryCtx, "db">,
  userId: string,
): Promise<Doc<"accountLocks"> | null> {
  return await ctx.db
    .query("accountLocks")
    .withIndex("by_user", (q) => q.eq("userId", userId))
    .unique();
}
