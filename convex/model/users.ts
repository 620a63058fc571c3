import type { UserIdentity } from "convex/server";
import { v } from "convex/values";
import { emailMaxUnits, imageUrlMaxUnits } from "../../shared/limits";
import { cutText } from "../../shared/message-text";
import { foldName, personName } from "../../shared/person-name";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { isUserId } from "./access";
import { refuse } from "./refuse";
import { replaceSearchTerms } from "./userSearch";

/** What an identity service says about somebody, cleaned and bounded. */
export type Profile = {
  clerkId: string;
  name: string;
  email: string;
  imageUrl: string | null;
};

/** What everybody may know about a person: never the mail address. */
export const publicUser = v.object({
  clerkId: v.string(),
  name: v.string(),
  imageUrl: v.union(v.string(), v.null()),
  isDeleted: v.boolean(),
  /** One line that they say about themselves. */
  statusText: v.optional(v.string()),
});

/** What people know about themselves. */
export const ownUser = v.object({
  clerkId: v.string(),
  name: v.string(),
  email: v.string(),
  imageUrl: v.union(v.string(), v.null()),
  statusText: v.optional(v.string()),
});

export const deletedName = "Deleted account";

export async function findUser(
  ctx: Pick<QueryCtx, "db">,
  clerkId: string,
): Promise<Doc<"users"> | null> {
  if (!isUserId(clerkId)) return null;
  return await ctx.db
    .query("users")
    .withIndex("by_clerk_id", (q) => q.eq("clerkId", clerkId))
    .unique();
}

/** The person, if they exist and have not deleted their account. */
export async function findLivingUser(
  ctx: Pick<QueryCtx, "db">,
  clerkId: string,
): Promise<Doc<"users"> | null> {
  const user = await findUser(ctx, clerkId);
  return user === null || user.isDeleted ? null : user;
}

export function toPublicUser(user: Doc<"users">): typeof publicUser.type {
  const { clerkId, name, imageUrl, isDeleted, statusText } = user;
  return { clerkId, name, imageUrl, isDeleted, ...(statusText !== undefined && { statusText }) };
}

export function toOwnUser(user: Doc<"users">): typeof ownUser.type {
  const { clerkId, name, email, imageUrl, statusText } = user;
  return { clerkId, name, email, imageUrl, ...(statusText !== undefined && { statusText }) };
}

/** The profile in a token: OpenID's claims, or a custom token's own ones, which arrive verbatim. */
export function profileFromIdentity(identity: UserIdentity): Profile {
  return toProfile({
    id: identity.subject,
    name: identity.name,
    email: identity.email,
    imageUrl: identity.pictureUrl ?? identity.picture,
  });
}

/** Cleans what a token or an identity event says; nothing of it is trusted to have the right type. */
export function toProfile(raw: {
  id: string;
  name?: unknown;
  email?: unknown;
  imageUrl?: unknown;
}): Profile {
  const name = typeof raw.name === "string" ? raw.name : undefined;
  const email = typeof raw.email === "string" ? cutText(raw.email.trim(), emailMaxUnits) : "";
  return {
    clerkId: raw.id,
    name: personName(name),
    email,
    imageUrl: imageAddress(raw.imageUrl),
  };
}

/**
 * Creates or updates a person's row; a row that is already right is not written.
 *
 * @throws ConvexError `unauthenticated` for a deleted account, whose last token may still be valid.
 */
export async function storeProfile(ctx: MutationCtx, profile: Profile): Promise<Doc<"users">> {
  const existing = await findUser(ctx, profile.clerkId);
  if (existing?.isDeleted) refuse("unauthenticated");
  const fields = { ...profile, sortName: foldName(profile.name) };
  if (existing === null) {
    const id = await ctx.db.insert("users", { ...fields, isDeleted: false, identityEventAt: 0 });
    await replaceSearchTerms(ctx, profile.clerkId, profile.name);
    return (await ctx.db.get(id))!;
  }
  if (isSameProfile(existing, profile)) return existing;
  await ctx.db.patch(existing._id, fields);
  if (existing.name !== profile.name) await replaceSearchTerms(ctx, profile.clerkId, profile.name);
  return { ...existing, ...fields };
}

/**
 * The caller's own row, made from their token when the identity service's event is late, so that a
 * late event never locks anybody out.
 */
export async function ensureCaller(
  ctx: MutationCtx,
  identity: UserIdentity,
): Promise<Doc<"users">> {
  const existing = await findLivingUser(ctx, identity.subject);
  return existing ?? (await storeProfile(ctx, profileFromIdentity(identity)));
}

function isSameProfile(user: Doc<"users">, profile: Profile): boolean {
  return (
    user.name === profile.name && user.email === profile.email && user.imageUrl === profile.imageUrl
  );
}

/** Only addresses that a browser fetches as a picture from a server; no script, no data. */
function imageAddress(value: unknown): string | null {
  if (typeof value !== "string" || value.length > imageUrlMaxUnits) return null;
  return /^(?:https?:\/\/|\/(?!\/))[^\s"'<>\\]+$/u.test(value) ? value : null;
}
