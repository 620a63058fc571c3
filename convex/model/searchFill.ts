import { searchTextOf } from "../../shared/search-text";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

/**
 * Messages get their `searchText` when they are written. Those from before there was one, or from
 * before it was made as it is now, get it here: a walk through all messages, a step a transaction.
 */

/** To be raised whenever `searchTextOf` answers anything else for a text. */
const SEARCH_TEXT_VERSION = 1;
/** The messages of one step; the longest ones still fit into a transaction. */
const MESSAGES_PER_STEP = 64;
/** Steps follow one another at once, so a fill that has stood still for longer was broken off. */
const BROKEN_OFF_MS = 5 * 60_000;

/** Whether somebody has to go on with it: it is not done, and nobody is at it. */
export async function isFillWaiting(ctx: MutationCtx): Promise<boolean> {
  const fill = await findFill(ctx);
  if (fill === null) return true;
  return !fill.isDone && Math.abs(Date.now() - fill.steppedAt) > BROKEN_OFF_MS;
}

/** @returns whether there is more to do. */
export async function fillStep(ctx: MutationCtx): Promise<boolean> {
  const fill = await findFill(ctx);
  if (fill?.isDone) return false;
  const { page, isDone, continueCursor } = await ctx.db
    .query("messages")
    .paginate({ numItems: MESSAGES_PER_STEP, cursor: fill?.cursor ?? null });
  for (const { _id, content, searchText } of page) {
    const wanted = searchTextOf(content);
    if (searchText !== wanted) await ctx.db.patch(_id, { searchText: wanted });
  }
  const state = {
    version: SEARCH_TEXT_VERSION,
    cursor: continueCursor,
    isDone,
    steppedAt: Date.now(),
  };
  if (fill === null) await ctx.db.insert("searchFills", state);
  else await ctx.db.patch(fill._id, state);
  return !isDone;
}

/** The fill of this version; that of an earlier one goes. */
async function findFill(ctx: MutationCtx): Promise<Doc<"searchFills"> | null> {
  const fill = await ctx.db.query("searchFills").first();
  if (fill === null || fill.version === SEARCH_TEXT_VERSION) return fill;
  await ctx.db.delete(fill._id);
  return null;
}
