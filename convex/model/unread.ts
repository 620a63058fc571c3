import {
  conversationsPerUserMax,
  unreadDeletedScanMax,
  unreadFallbackMax,
} from "../../shared/limits";
import type { Doc } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";

/**
 * How many messages a member has not read, without a row per member and message: messages are numbered,
 * so it is the newest number less the number the member has seen, less the deleted ones between the two.
 * Own messages never count, because sending moves what the sender has seen to their own message.
 */

/** From where each of the caller's unread counts starts, by conversation. */
export async function progressByConversation(
  ctx: QueryCtx,
  userId: string,
): Promise<Map<string, Doc<"readProgress">>> {
  const rows = await ctx.db
    .query("readProgress")
    .withIndex("by_user", (q) => q.eq("userId", userId))
    .order("desc")
    .take(conversationsPerUserMax);
  return new Map(rows.map((row) => [row.conversationId, row]));
}

/**
 * The number of unread messages in one conversation.
 *
 * Exact, except where more than `unreadDeletedScanMax` unread messages have been deleted: there it is
 * exact below `unreadFallbackMax`, and `unreadFallbackMax` above.
 */
export async function countUnread(
  ctx: QueryCtx,
  head: Doc<"conversationHeads">,
  progress: Pick<Doc<"readProgress">, "seenSeq" | "seenAt"> | undefined,
): Promise<number> {
  const seenSeq = progress?.seenSeq ?? 0;
  const newer = head.lastSeq - seenSeq;
  if (newer <= 0) return 0;
  if (head.lastDeletedSeq !== undefined && head.lastDeletedSeq <= seenSeq) return newer;
  const deleted = await ctx.db
    .query("deletedMessages")
    .withIndex("by_conversation_and_seq", (q) =>
      q.eq("conversationId", head.conversationId).gt("seq", seenSeq),
    )
    .take(unreadDeletedScanMax);
  if (deleted.length < unreadDeletedScanMax) return newer - deleted.length;
  const live = await ctx.db
    .query("messages")
    .withIndex("by_conversation_and_time", (q) =>
      q.eq("conversationId", head.conversationId).gt("sentAt", progress?.seenAt ?? 0),
    )
    .filter((q) => q.eq(q.field("isDeleted"), false))
    .take(unreadFallbackMax);
  return live.length;
}
