import { startOfDay } from "@/lib/dates";
import type { ChatMessage } from "./chat-message";

/** Messages of one author closer than this stand together under one name. */
export const GROUP_WITHIN_MS = 5 * 60_000;

export type MessageRow = {
  kind: "message";
  key: string;
  message: ChatMessage;
  /** Shows the author's name; the space above is wide. */
  startsGroup: boolean;
  /** Shows the author's picture and the corner that points at it. */
  endsGroup: boolean;
};

/** One line of the log. Flat and keyed, so that a list that shows only a window of it can come. */
export type LogRow =
  | { kind: "day"; key: string; dayMs: number }
  | { kind: "unread"; key: string; count: number }
  | MessageRow;

export type UnreadMark = {
  /** The divider stands before the message with this key. */
  beforeKey: string;
  count: number;
};

/** Lays messages, oldest first, out as rows: a heading for each day, groups, the unread divider. */
export function layOutRows(messages: readonly ChatMessage[], unread: UnreadMark | null): LogRow[] {
  const rows: LogRow[] = [];
  let previous: MessageRow | null = null;
  let dayMs: number | null = null;
  for (const message of messages) {
    const messageDay = startOfDay(message.sentAt);
    let isApart = previous === null;
    if (messageDay !== dayMs) {
      dayMs = messageDay;
      isApart = true;
      rows.push({ kind: "day", key: `day:${messageDay}`, dayMs: messageDay });
    }
    if (unread?.beforeKey === message.key) {
      isApart = true;
      rows.push({ kind: "unread", key: "unread", count: unread.count });
    }
    const startsGroup = isApart || previous === null || !isTogether(previous.message, message);
    if (startsGroup && previous) previous.endsGroup = true;
    previous = { kind: "message", key: message.key, message, startsGroup, endsGroup: false };
    rows.push(previous);
  }
  if (previous) previous.endsGroup = true;
  return rows;
}

function isTogether(earlier: ChatMessage, later: ChatMessage): boolean {
  return (
    earlier.senderId === later.senderId && Math.abs(later.sentAt - earlier.sentAt) < GROUP_WITHIN_MS
  );
}

/**
 * Where the unread divider belongs: before the oldest message of somebody else that is past the
 * viewer's read mark. `null` when there is none among the loaded messages.
 */
export function findUnreadMark(
  messages: readonly ChatMessage[],
  viewerId: string | null,
  lastReadSeq: number,
): UnreadMark | null {
  let beforeKey: string | null = null;
  let count = 0;
  for (let index = messages.length - 1; index >= 0; index--) {
    const { key, seq, senderId, isDeleted } = messages[index]!;
    if (seq === null) continue;
    if (seq <= lastReadSeq) break;
    if (senderId === viewerId || isDeleted) continue;
    beforeKey = key;
    count++;
  }
  return beforeKey === null ? null : { beforeKey, count };
}
