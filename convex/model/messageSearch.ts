import { v } from "convex/values";
import {
  searchCandidatesMax,
  searchExcerptMaxUnits,
  searchedConversationsMax,
  searchHitsEnough,
  searchMaxUnits,
} from "../../shared/limits";
import {
  excerptOf,
  findParts,
  indexSearchOf,
  type SearchPart,
  searchParts,
} from "../../shared/search-text";
import type { Doc } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { boundedText } from "./bounds";
import { choicesByConversation } from "./conversationChoices";
import { type HeadPlace, headsOfUser, newestFirst } from "./conversationList";

/**
 * What was said, by what stands in it. The search index answers which messages have any of the words;
 * whether a message has all of them is decided here, on its content. Every search is within one
 * conversation, whose membership has been checked: an index knows no members.
 */

/** Longer than any cursor of ours. */
const CURSOR_MAX_UNITS = 1_000;

export const messageHit = v.object({
  conversationId: v.string(),
  messageId: v.id("messages"),
  senderId: v.string(),
  /** The piece of the message around the first match. */
  excerpt: v.string(),
  sentAt: v.number(),
  seq: v.number(),
});

type MessageHit = typeof messageHit.type;
type ReadCtx = Pick<QueryCtx, "db">;

/** @throws ConvexError `too_long`. @returns nothing for a search that looks for nothing. */
export function readSearch(search: string): SearchPart[] {
  return searchParts(boundedText(search, "search", searchMaxUnits));
}

export type SearchScope = {
  conversationId: string;
  /** Only newer messages. */
  clearedSeq: number;
  candidatesMax: number;
};

/** The hits in one conversation, newest first; `isWhole` unless there may be more. */
export async function hitsInConversation(
  ctx: ReadCtx,
  parts: readonly SearchPart[],
  { conversationId, clearedSeq, candidatesMax }: SearchScope,
): Promise<{ hits: MessageHit[]; isWhole: boolean }> {
  const asked = indexSearchOf(parts);
  if (asked === "") return { hits: [], isWhole: true };
  const found = await ctx.db
    .query("messages")
    .withSearchIndex("search_text", (q) =>
      q.search("searchText", asked).eq("conversationId", conversationId),
    )
    .take(candidatesMax);
  const hits = found
    .filter(({ seq }) => seq > clearedSeq)
    .flatMap((message) => toHit(message, parts) ?? [])
    .sort((a, b) => b.seq - a.seq);
  return { hits, isWhole: found.length < candidatesMax };
}

/**
 * One step of a search over all of a person's conversations, newest first.
 *
 * @param cursor Where the step before ended; `null` to begin.
 * @returns `cursor: null` once all have been looked through.
 */
export async function searchStep(
  ctx: QueryCtx,
  userId: string,
  { parts, cursor }: { parts: readonly SearchPart[]; cursor: string | null },
): Promise<{ hits: MessageHit[]; cursor: string | null }> {
  if (indexSearchOf(parts) === "") return { hits: [], cursor: null };
  const heads = await headsOfUser(ctx, userId);
  const choices = await choicesByConversation(ctx, userId);
  const place = readCursor(cursor, heads[0]);
  const hits: MessageHit[] = [];
  const left = headsLeft(heads, place);
  let looked = 0;
  for (const head of left) {
    if (looked >= searchedConversationsMax || hits.length >= searchHitsEnough) break;
    const { conversationId, lastSeq } = head;
    const clearedSeq = choices.get(conversationId)?.clearedSeq ?? 0;
    looked++;
    if (head.lastMessageAt > place.begunAt) place.begunAt = head.lastMessageAt;
    else place.after = head;
    if (lastSeq <= clearedSeq) continue;
    const scope = { conversationId, clearedSeq, candidatesMax: searchCandidatesMax };
    hits.push(...(await hitsInConversation(ctx, parts, scope)).hits);
  }
  return { hits, cursor: looked < left.length ? writeCursor(place) : null };
}

/**
 * How far a search has come. New messages move conversations up while it goes on: those with messages
 * from after `begunAt` are looked through again, so that none slips past.
 */
type SearchPlace = { begunAt: number; after: HeadPlace | null };

function headsLeft(
  heads: Doc<"conversationHeads">[],
  { begunAt, after }: SearchPlace,
): Doc<"conversationHeads">[] {
  const movedUp = heads.filter(({ lastMessageAt }) => lastMessageAt > begunAt).reverse();
  const below = heads.filter(
    (head) => head.lastMessageAt <= begunAt && (after === null || newestFirst(after, head) < 0),
  );
  return [...movedUp, ...below];
}

function writeCursor({ begunAt, after }: SearchPlace): string {
  return JSON.stringify([begunAt, after?.lastMessageAt, after?.conversationId]);
}

/** A cursor of ours; whatever else it is begins from the top. It gives access to nothing. */
function readCursor(cursor: string | null, newest: HeadPlace | undefined): SearchPlace {
  const start = { begunAt: newest?.lastMessageAt ?? 0, after: null };
  if (cursor === null || cursor.length > CURSOR_MAX_UNITS) return start;
  try {
    const [begunAt, lastMessageAt, conversationId] = JSON.parse(cursor);
    if (typeof begunAt !== "number") return start;
    const isPlace = typeof lastMessageAt === "number" && typeof conversationId === "string";
    return { begunAt, after: isPlace ? { lastMessageAt, conversationId } : null };
  } catch {
    return start;
  }
}

function toHit(message: Doc<"messages">, parts: readonly SearchPart[]): MessageHit | null {
  const { _id, conversationId, senderId, content, sentAt, seq } = message;
  const matches = message.isDeleted || message.event ? null : findParts(content, parts);
  if (matches === null) return null;
  const excerpt = excerptOf(content, matches, searchExcerptMaxUnits);
  return { conversationId, messageId: _id, senderId, excerpt, sentAt, seq };
}
