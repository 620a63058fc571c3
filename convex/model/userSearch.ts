import type { PaginationOptions, PaginationResult } from "convex/server";
import { searchMaxUnits, searchWordsPerNameMax } from "../../shared/limits";
import { foldName } from "../../shared/person-name";
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { boundedText } from "./bounds";
import { findLivingUser } from "./users";

/**
 * People by name. Every word of a name starts a term that runs to the name's end, so that one range of
 * one index answers "lov", "ada" and "ada lov" alike, with real cursors.
 */

/** The terms under which a name is found: "Ada Lovelace" gives "ada lovelace" and "lovelace". */
export function searchTerms(name: string): string[] {
  const words = foldName(name)
    .split(/\s+/u)
    .filter((word) => word !== "");
  return words.slice(0, searchWordsPerNameMax).map((_, index) => words.slice(index).join(" "));
}

export async function replaceSearchTerms(
  ctx: MutationCtx,
  clerkId: string,
  name: string,
): Promise<void> {
  await removeSearchTerms(ctx, clerkId);
  for (const [wordIndex, term] of searchTerms(name).entries()) {
    await ctx.db.insert("userSearchTerms", { clerkId, term, wordIndex });
  }
}

export async function removeSearchTerms(ctx: MutationCtx, clerkId: string): Promise<void> {
  const terms = await ctx.db
    .query("userSearchTerms")
    .withIndex("by_clerk_id", (q) => q.eq("clerkId", clerkId))
    .take(searchWordsPerNameMax);
  for (const term of terms) await ctx.db.delete(term._id);
}

/** The search as terms are compared: folded, with single spaces. Empty means "everybody". */
export function foldSearch(search: string | undefined): string {
  const bounded = boundedText(search ?? "", "search", searchMaxUnits);
  return foldName(bounded).trim().replace(/\s+/gu, " ");
}

/** Everybody but the caller and deleted accounts, by name. */
export async function pageOfPeople(
  ctx: QueryCtx,
  callerId: string,
  page: PaginationOptions,
): Promise<PaginationResult<Doc<"users">>> {
  return await ctx.db
    .query("users")
    .withIndex("by_listing", (q) => q.eq("isDeleted", false))
    .filter((q) => q.neq(q.field("clerkId"), callerId))
    .paginate(page);
}

/**
 * The people one of whose terms starts with `prefix`, except the caller.
 *
 * Somebody whose name matches with two words ("Anna Andersson" for "an") is listed at the first match
 * only, so a page may hold fewer people than it read terms.
 */
export async function pageOfMatches(
  ctx: QueryCtx,
  callerId: string,
  options: { prefix: string; page: PaginationOptions },
): Promise<PaginationResult<Doc<"users">>> {
  const { prefix, page } = options;
  const found = await ctx.db
    .query("userSearchTerms")
    .withIndex("by_term", (q) => q.gte("term", prefix).lt("term", afterPrefix(prefix)))
    .filter((q) => q.neq(q.field("clerkId"), callerId))
    .paginate(page);
  const people = await Promise.all(
    found.page.map(async ({ clerkId, wordIndex }) => {
      const user = await findLivingUser(ctx, clerkId);
      if (user === null) return null;
      const firstMatch = searchTerms(user.name).findIndex((term) => term.startsWith(prefix));
      return firstMatch === wordIndex ? user : null;
    }),
  );
  return { ...found, page: people.filter((user) => user !== null) };
}

/** The least string above every string that starts with `prefix`, in the order of code points. */
function afterPrefix(prefix: string): string {
  return `${prefix}\u{10FFFF}`;
}
