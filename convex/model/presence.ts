import { v } from "convex/values";
import { presenceStaleMs, tabIdMaxUnits, tabsPerUserMax } from "../../shared/limits";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { boundedText } from "./bounds";
import { settingsOf } from "./settings";

/**
 * Presence as stored: when each open tab of a person was last heard of. What it means (active, recently
 * active, offline) is decided in the browser, whose clock moves on without anything being written.
 *
 * A person has at most one row for each open tab, plus the row of the last tab that was closed, which
 * remembers when that was.
 */

export const presenceOfUser = v.object({
  userId: v.string(),
  lastSeen: v.number(),
  isGone: v.boolean(),
});

const unnamedTab = "default";

/** Notes that a tab is open and seen now, unless the person keeps that to themselves. */
export async function recordHeartbeat(
  ctx: MutationCtx,
  userId: string,
  tabId: string | undefined,
): Promise<void> {
  const tab = checkedTab(tabId);
  if (!(await settingsOf(ctx, userId)).sharesLastSeen) return;
  const lastSeen = Date.now();
  const rows = await tabsOf(ctx, userId);
  const own = rows.find((row) => row.tabId === tab);
  // A closed tab's row has done its work as soon as another tab is open.
  const others = rows.filter((row) => row !== own);
  const kept = others.filter((row) => isOpen(row, lastSeen)).slice(0, tabsPerUserMax - 1);
  for (const row of others) if (!kept.includes(row)) await ctx.db.delete(row._id);
  if (own) await ctx.db.patch(own._id, { lastSeen, isGone: false });
  else await ctx.db.insert("presence", { userId, tabId: tab, lastSeen, isGone: false });
}

/** Notes that a tab, or every tab, has left. A tab that was never heard of has nothing to leave. */
export async function recordLeaving(
  ctx: MutationCtx,
  userId: string,
  tabId: string | undefined,
): Promise<void> {
  const tab = tabId === undefined ? null : checkedTab(tabId);
  const now = Date.now();
  const rows = await tabsOf(ctx, userId);
  const leaving = rows.filter((row) => tab === null || row.tabId === tab);
  const [last] = leaving;
  if (last === undefined) return;
  const staying = rows.filter((row) => !leaving.includes(row) && isOpen(row, now));
  for (const row of rows) {
    if (row !== last && !staying.includes(row)) await ctx.db.delete(row._id);
  }
  if (staying.length > 0) await ctx.db.delete(last._id);
  else if (!last.isGone) await ctx.db.patch(last._id, { lastSeen: now, isGone: true });
}

/** One person's presence over all their tabs; `lastSeen` 0 and gone for somebody never seen. */
export async function presenceOf(
  ctx: Pick<QueryCtx, "db">,
  userId: string,
): Promise<typeof presenceOfUser.type> {
  const rows = await tabsOf(ctx, userId);
  const open = rows.filter((row) => !row.isGone);
  const counted = open.length > 0 ? open : rows;
  const lastSeen = counted.reduce((latest, row) => Math.max(latest, row.lastSeen), 0);
  return { userId, lastSeen, isGone: open.length === 0 };
}

/** Forgets everything about where and when the person was seen. */
export async function erasePresence(ctx: MutationCtx, userId: string): Promise<void> {
  for (const row of await tabsOf(ctx, userId)) await ctx.db.delete(row._id);
}

/** A killed tab never says that it left; silence of several heartbeats says it instead. */
function isOpen(row: Doc<"presence">, now: number): boolean {
  return !row.isGone && now - row.lastSeen < presenceStaleMs;
}

async function tabsOf(ctx: Pick<QueryCtx, "db">, userId: string): Promise<Doc<"presence">[]> {
  return await ctx.db
    .query("presence")
    .withIndex("by_user_and_tab", (q) => q.eq("userId", userId))
    .take(tabsPerUserMax + 1);
}

function checkedTab(tabId: string | undefined): string {
  return boundedText(tabId ?? unnamedTab, "tabId", tabIdMaxUnits);
}
