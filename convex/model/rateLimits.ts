import type { MutationCtx } from "../_generated/server";
import { refuse } from "./refuse";

/**
 * How fast one person may do things: far above what anybody does by hand, far below what would bother
 * the others. Counted in the transaction that does it, so a refusal costs nothing and two sockets share
 * one bucket. `PARLEY_RATE_LIMITS` multiplies all of them.
 *
 * A bucket of our own, because the one of `convex-helpers` empties when the clock is set back.
 */

const SECOND = 1_000;
const HOUR = 3_600_000;

const BUCKETS = {
  send: { tokens: 50, perMs: SECOND, capacity: 200 },
  /** Editing, deleting, reacting. */
  change: { tokens: 20, perMs: SECOND, capacity: 200 },
  /** Conversations that did not exist before. */
  open: { tokens: 60, perMs: HOUR, capacity: 60 },
  /** People put into groups. */
  invite: { tokens: 300, perMs: HOUR, capacity: 512 },
  /** Reports to the server's admins. */
  report: { tokens: 20, perMs: HOUR, capacity: 20 },
} as const;

export type LimitedAct = keyof typeof BUCKETS;

/** @throws ConvexError `rate_limited` with the milliseconds after which it would be accepted. */
export async function requirePace(
  ctx: MutationCtx,
  userId: string,
  act: LimitedAct,
  count = 1,
): Promise<void> {
  const now = Date.now();
  const bucket = await ctx.db
    .query("rateLimits")
    .withIndex("by_user_and_act", (q) => q.eq("userId", userId).eq("act", act))
    .unique();
  const factor = Number(process.env.PARLEY_RATE_LIMITS ?? "1") || 1;
  const capacity = Math.max(1, BUCKETS[act].capacity * factor);
  const perMs = (BUCKETS[act].tokens * factor) / BUCKETS[act].perMs;
  // A clock that was set back fills nothing, and empties nothing either.
  const filled = bucket === null ? capacity : Math.max(0, now - bucket.at) * perMs + bucket.tokens;
  const tokens = Math.min(capacity, filled) - count;
  if (tokens < 0) refuse("rate_limited", { retryAfterMs: Math.ceil(-tokens / perMs) });
  if (bucket === null) await ctx.db.insert("rateLimits", { userId, act, tokens, at: now });
  else await ctx.db.patch(bucket._id, { tokens, at: now });
}
