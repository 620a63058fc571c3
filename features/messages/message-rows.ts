import { startOfDay } from "@/lib/dates";
import { type ChatMessage, isSameMessage } from "./chat-message";

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

export type DayRow = { kind: "day"; key: string; dayMs: number };
export type UnreadRow = { kind: "unread"; key: string; count: number };

/** One line of the log. Flat and keyed, so that a list that shows only a window of it can come. */
export type LogRow = DayRow | UnreadRow | MessageRow;

export type UnreadMark = {
  /** The divider stands before the message with this key. */
  beforeKey: string;
  count: number;
};

export type LayOutOptions = {
  unread: UnreadMark | null;
  /** Older messages exist that are not loaded yet. */
  hasOlder: boolean;
};

/**
 * Lays messages, oldest first, out as rows: a heading for each day, groups, the unread divider.
 *
 * While there are older ones, the oldest loaded message is held back: whether it starts a group is
 * known only with the one before it, and a row that changes its height later moves what one reads.
 */
export function layOutRows(messages: readonly ChatMessage[], options: LayOutOptions): LogRow[] {
  const { unread, hasOlder } = options;
  const rows: LogRow[] = [];
  let previous: MessageRow | undefined;
  let headedDayMs: number | null = null;
  for (const [index, message] of messages.entries()) {
    const isHeldBack = index === 0 && hasOlder && messages.length > 1;
    const dayMs = startOfDay(message.sentAt);
    if (dayMs !== headedDayMs && !isHeldBack) {
      headedDayMs = dayMs;
      rows.push({ kind: "day", key: `day:${dayMs}`, dayMs });
    }
    const isUnreadStart = unread?.beforeKey === message.key;
    if (isUnreadStart && !isHeldBack) {
      rows.push({ kind: "unread", key: "unread", count: unread.count });
    }
    const startsGroup: boolean =
      isUnreadStart || previous === undefined || !isTogether(previous.message, message);
    if (startsGroup && previous) previous.endsGroup = true;
    previous = { kind: "message", key: message.key, message, startsGroup, endsGroup: false };
    if (!isHeldBack) rows.push(previous);
  }
  if (previous) previous.endsGroup = true;
  return rows;
}

function isTogether(earlier: ChatMessage, later: ChatMessage): boolean {
  return (
    earlier.senderId === later.senderId &&
    Math.abs(later.sentAt - earlier.sentAt) < GROUP_WITHIN_MS &&
    startOfDay(earlier.sentAt) === startOfDay(later.sentAt)
  );
}

/**
 * Where the unread divider belongs: before the oldest message that is past the viewer's read mark
 * and below everything of their own. `null` when there is none among the loaded messages.
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
    // Who writes has seen what stands above.
    if (seq <= lastReadSeq || senderId === viewerId) break;
    if (isDeleted) continue;
    beforeKey = key;
    count++;
  }
  return beforeKey === null ? null : { beforeKey, count };
}

/**
 * The new rows, but each that looks as it did before is the very same object as before. A screen can
 * then skip it without looking, however many there are.
 */
export function keepRows(previous: readonly LogRow[], next: readonly LogRow[]): LogRow[] {
  const before = new Map(previous.map((row) => [row.key, row]));
  return next.map((row) => {
    const known = before.get(row.key);
    return known && isSameRow(known, row) ? known : row;
  });
}

function isSameRow(a: LogRow, b: LogRow): boolean {
  switch (a.kind) {
    case "day":
      return b.kind === "day";
    case "unread":
      return b.kind === "unread" && a.count === b.count;
    case "message":
      return (
        b.kind === "message" &&
        a.startsGroup === b.startsGroup &&
        a.endsGroup === b.endsGroup &&
        isSameMessage(a.message, b.message)
      );
  }
  return a satisfies never;
}

export type DaySection = { day: DayRow; rows: (UnreadRow | MessageRow)[] };

/** The rows by day, so that a day's heading can stay in view as long as its day does. */
export function splitDays(rows: readonly LogRow[]): DaySection[] {
  const sections: DaySection[] = [];
  for (const row of rows) {
    if (row.kind === "day") sections.push({ day: row, rows: [] });
    else sections[sections.length - 1]?.rows.push(row);
  }
  return sections;
}
