import { v } from "convex/values";
import { searchInConversationMax } from "../shared/limits";
import { internal } from "./_generated/api";
import { internalMutation, query } from "./_generated/server";
import { requireMember, requireUserId } from "./model/access";
import { choicesOf } from "./model/conversationChoices";
import { hitsInConversation, messageHit, readSearch, searchStep } from "./model/messageSearch";
import { fillStep, isFillWaiting } from "./model/searchFill";

/**
 * Messages with all words of the search, each found by its beginning and scripts without spaces
 * anywhere, over all conversations that the caller is in now: the conversation with the newest message
 * first, and in each of them the newest of the most relevant. Nothing that is deleted, that the caller
 * has cleared away, or that is a line about the group.
 *
 * One call looks through a few conversations. The next one, with the `cursor` of this one, goes on; it
 * may repeat hits of conversations in which somebody has written meanwhile. `cursor: null` is the end.
 *
 * @throws ConvexError `too_long`.
 */
export const searchMessages = query({
  args: { search: v.string(), cursor: v.union(v.string(), v.null()) },
  returns: v.object({ hits: v.array(messageHit), cursor: v.union(v.string(), v.null()) }),
  handler: async (ctx, { search, cursor }) => {
    const userId = await requireUserId(ctx);
    return await searchStep(ctx, userId, { parts: readSearch(search), cursor });
  },
});

/**
 * The same in one conversation, newest first; the most relevant 256 at most, `isWhole` when these are all.
 *
 * @throws ConvexError `not_found`; `too_long`.
 */
export const searchConversation = query({
  args: { conversationId: v.string(), search: v.string() },
  returns: v.object({ hits: v.array(messageHit), isWhole: v.boolean() }),
  handler: async (ctx, { conversationId, search }) => {
    const membership = await requireMember(ctx, conversationId);
    const { clearedSeq } = await choicesOf(ctx, membership);
    return await hitsInConversation(ctx, readSearch(search), {
      conversationId,
      clearedSeq,
      candidatesMax: searchInConversationMax,
    });
  },
});

/** Begins to make older messages searchable, or goes on where it was broken off. */
export const resumeFill = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    if (await isFillWaiting(ctx)) await ctx.scheduler.runAfter(0, internal.search.fill, {});
    return null;
  },
});

/** One step of it, and then the next. */
export const fill = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    if (await fillStep(ctx)) await ctx.scheduler.runAfter(0, internal.search.fill, {});
    return null;
  },
});
