import { v } from "convex/values";
import type { MutationCtx, QueryCtx } from "../_generated/server";

/**
 * What a person has chosen. What they share with others is enforced by the functions; the rest is how
 * their screens look and is kept here so that every device of theirs agrees.
 */
export const settingFields = {
  /** Whether others see when they were last here. */
  sharesLastSeen: v.boolean(),
  /** Whether others see that they are typing. */
  sharesTyping: v.boolean(),
  /** Whether others see what they have read. */
  sharesReceipts: v.boolean(),
  /** `system`, or a language tag that the screens know. */
  language: v.string(),
  theme: v.union(v.literal("system"), v.literal("light"), v.literal("dark")),
  textSize: v.union(v.literal("small"), v.literal("normal"), v.literal("large")),
  /** Whether Enter alone sends; else Ctrl or ⌘ with it. */
  enterSends: v.boolean(),
};

export const settings = v.object(settingFields);

export type Settings = typeof settings.type;

export const DEFAULT_SETTINGS: Settings = {
  sharesLastSeen: true,
  sharesTyping: true,
  sharesReceipts: true,
  language: "system",
  theme: "system",
  textSize: "normal",
  enterSends: true,
};

export async function settingsOf(ctx: Pick<QueryCtx, "db">, userId: string): Promise<Settings> {
  const row = await findRow(ctx, userId);
  if (row === null) return DEFAULT_SETTINGS;
  const { _id, _creationTime, userId: _, ...chosen } = row;
  return chosen;
}

/** Stores what changes; answers all of it. */
export async function changeSettings(
  ctx: MutationCtx,
  userId: string,
  change: Partial<Settings>,
): Promise<Settings> {
  const changed = { ...(await settingsOf(ctx, userId)), ...change };
  const row = await findRow(ctx, userId);
  if (row === null) await ctx.db.insert("userSettings", { userId, ...changed });
  else await ctx.db.patch(row._id, change);
  return changed;
}

async function findRow(ctx: Pick<QueryCtx, "db">, userId: string) {
  return await ctx.db
    .query("userSettings")
    .withIndex("by_user", (q) => q.eq("userId", userId))
    .unique();
}
