import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import { v } from "convex/values";
import { statusMaxUnits } from "../shared/limits";
import { cleanStatus } from "../shared/person-name";
import { mutation, query } from "./_generated/server";
import { isUserId, requireIdentity, requireUserId } from "./model/access";
import { block, blockedBy, findBlock } from "./model/blocks";
import { boundedPage, boundedText, distinctIds } from "./model/bounds";
import { gatedQuery, notBlocked, signedIn } from "./model/gatedQuery";
import { presenceOf, presenceOfUser, recordHeartbeat, recordLeaving } from "./model/presence";
import { requirePace } from "./model/rateLimits";
import { refuse } from "./model/refuse";
import { foldSearch, pageOfMatches, pageOfPeople } from "./model/userSearch";
import {
  ensureCaller,
  findLivingUser,
  findUser,
  ownUser,
  profileFromIdentity,
  publicUser,
  storeProfile,
  toOwnUser,
  toPublicUser,
} from "./model/users";

/**
 * Creates or updates the caller's own row from their token, and answers it.
 *
 * Every signed-in browser calls it once, so that a late identity event never locks anybody out.
 */
export const syncUser = mutation({
  args: {},
  returns: ownUser,
  handler: async (ctx) => {
    const identity = await requireIdentity(ctx);
    return toOwnUser(await storeProfile(ctx, profileFromIdentity(identity)));
  },
});

/**
 * Sets the one line that the caller says about themselves; a blank one takes it away.
 *
 * @throws ConvexError `too_long`; `rate_limited`.
 */
export const setStatus = mutation({
  args: { statusText: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    const user = await ensureCaller(ctx, await requireIdentity(ctx));
    boundedText(args.statusText, "statusText", statusMaxUnits);
    const cleaned = cleanStatus(args.statusText);
    const statusText = cleaned === "" ? undefined : cleaned;
    if (statusText === user.statusText) return null;
    await requirePace(ctx, user.clerkId, "change");
    await ctx.db.patch(user._id, { statusText });
    return null;
  },
});

/** The caller's own row; null before their first `syncUser`. */
export const getCurrentUser = query({
  args: {},
  returns: v.union(ownUser, v.null()),
  handler: async (ctx) => {
    const user = await findLivingUser(ctx, await requireUserId(ctx));
    return user === null ? null : toOwnUser(user);
  },
});

/**
 * People other than the caller: by name, or, with a search, those whose name has words that start
 * with it. Deleted accounts are left out. A page of a search may hold fewer people than asked for.
 */
export const getAllUsers = query({
  args: { paginationOpts: paginationOptsValidator, search: v.optional(v.string()) },
  returns: paginationResultValidator(publicUser),
  handler: async (ctx, args) => {
    const callerId = await requireUserId(ctx);
    const page = boundedPage(args.paginationOpts);
    const prefix = foldSearch(args.search);
    const found =
      prefix === ""
        ? await pageOfPeople(ctx, callerId, page)
        : await pageOfMatches(ctx, callerId, { prefix, page });
    return { ...found, page: found.page.map(toPublicUser) };
  },
});

/**
 * Blocks somebody: neither writes to the other one to one, and they no longer see when the caller is
 * there. Blocking twice changes nothing.
 *
 * @throws ConvexError `not_found`; `invalid` for oneself; `too_many`.
 */
export const blockUser = mutation({
  args: { userId: v.string() },
  returns: v.null(),
  handler: async (ctx, { userId }) => {
    const callerId = await requireUserId(ctx);
    if (userId === callerId) refuse("invalid", { field: "userId", reason: "same_person" });
    if ((await findUser(ctx, userId)) === null) refuse("not_found");
    await block(ctx, callerId, userId);
    return null;
  },
});

/** Takes a block back; there need not be one. */
export const unblockUser = mutation({
  args: { userId: v.string() },
  returns: v.null(),
  handler: async (ctx, { userId }) => {
    const callerId = await requireUserId(ctx);
    const row = isUserId(userId) ? await findBlock(ctx, callerId, userId) : null;
    if (row !== null) await ctx.db.delete(row._id);
    return null;
  },
});

/** The people whom the caller has blocked. */
export const getBlockedUsers = query({
  args: {},
  returns: v.array(publicUser),
  handler: async (ctx) => {
    const ids = [...(await blockedBy(ctx, await requireUserId(ctx)))];
    const users = await Promise.all(ids.map((userId) => findUser(ctx, userId)));
    return users.filter((user) => user !== null).map(toPublicUser);
  },
});

/** One person's public profile; null when there is nobody of that id. */
export const getUser = gatedQuery(signedIn, {
  args: { userId: v.string() },
  returns: v.union(publicUser, v.null()),
  handler: async (ctx, { userId }) => {
    const user = await findUser(ctx, userId);
    return user === null ? null : toPublicUser(user);
  },
});

/** The public profiles of up to 100 people, in the order asked; ids of nobody are left out. */
export const getUsers = gatedQuery(signedIn, {
  args: { userIds: v.array(v.string()) },
  returns: v.array(publicUser),
  handler: async (ctx, args) => {
    const userIds = distinctIds(args.userIds, "userIds");
    const users = await Promise.all(userIds.map((userId) => findUser(ctx, userId)));
    return users.filter((user) => user !== null).map(toPublicUser);
  },
});

/** Notes that one of the caller's tabs is open and seen now. Called every 30 s by each tab. */
export const sendHeartbeat = mutation({
  args: { tabId: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, { tabId }) => {
    await recordHeartbeat(ctx, await requireUserId(ctx), tabId);
    return null;
  },
});

/** Notes that one of the caller's tabs has left; without `tabId`, that all of them have. */
export const endPresence = mutation({
  args: { tabId: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, { tabId }) => {
    await recordLeaving(ctx, await requireUserId(ctx), tabId);
    return null;
  },
});

/**
 * When up to 100 people were last seen (milliseconds of the server's clock, 0 for never) and whether
 * they have left, in the order asked. The status follows from it in the browser.
 *
 * @throws ConvexError `not_found` when one of them has blocked the caller.
 */
export const getPresence = gatedQuery(notBlocked, {
  args: { userIds: v.array(v.string()) },
  returns: v.array(presenceOfUser),
  handler: async (ctx, args) => {
    const userIds = distinctIds(args.userIds, "userIds");
    return await Promise.all(userIds.map((userId) => presenceOf(ctx, userId)));
  },
});
