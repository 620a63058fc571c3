import { startOfDay } from "@/lib/dates";
import { type ChatMessage, isSameMessage } from "./chat-message";

/** Messages of one author closer than this stand together under one name. */
export const GROUP_WITHIN_MS = 5 * 60_000;

/** One message of the log, with what stands above it. */
export type MessageRow = {
  key: string;
  message: ChatMessage;
  /** Midnight of its day. */
  dayMs: number;
  /** The day's heading stands above it. */
  startsDay: boolean;
  /** The divider above it says that so many are unread from here on; 0: no divider. */
  unreadFrom: number;
  /** Shows the author's name; the space above is wide. */
  startsGroup: boolean;
  /** Shows the author's picture and the corner that points at it. */
  endsGroup: boolean;
};

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
 * Lays messages, oldest first, out as rows: one for each message, with the heading of its day and the
 * unread divider as part of it, so that older messages only ever add rows above.
 *
 * While there are older ones, the oldest loaded message is held back: whether it starts a group or a
 * day is known only with the one before it, and a row that changes its height later moves what one reads.
 */
export function layOutRows(
  messages: readonly ChatMessage[],
  { unread, hasOlder }: LayOutOptions,
): MessageRow[] {
  const rows: MessageRow[] = [];
  let previous: MessageRow | undefined;
  for (const [index, message] of messages.entries()) {
    const isHeldBack = index === 0 && hasOlder && messages.length > 1;
    const dayMs = startOfDay(message.sentAt);
    const unreadFrom = unread?.beforeKey === message.key ? unread.count : 0;
    const startsGroup: boolean =
      unreadFrom > 0 || previous === undefined || !isTogether(previous.message, message);
    if (startsGroup && previous) previous.endsGroup = true;
    const startsDay = previous?.dayMs !== dayMs;
    const row = { key: message.key, message, dayMs, startsDay, unreadFrom, startsGroup };
    previous = { ...row, endsGroup: false };
    if (!isHeldBack) rows.push(previous);
  }
  if (previous) previous.endsGroup = true;
  return rows;
}

function isTogether(earlier: ChatMessage, later: ChatMessage): boolean {
  return (
    earlier.senderId === later.senderId &&
    earlier.event === null &&
    later.event === null &&
    // An answer stands for itself.
    later.quote === null &&
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
    const { key, seq, senderId, isDeleted, event } = messages[index]!;
    if (seq === null) continue;
    // Who writes has seen what stands above.
    if (seq <= lastReadSeq || senderId === viewerId) break;
    if (isDeleted || event) continue;
    beforeKey = key;
    count++;
  }
  return beforeKey === null ? null : { beforeKey, count };
}

/**
 * The new rows, but each that looks as it did before is the very same object as before. A screen can
 * then skip it without looking, however many there are.
 */
export function keepRows(
  previous: readonly MessageRow[],
  next: readonly MessageRow[],
): MessageRow[] {
  const before = new Map(previous.map((row) => [row.key, row]));
  return next.map((row) => {
    const known = before.get(row.key);
    return known && isSameRow(known, row) ? known : row;
  });
}

function isSameRow(a: MessageRow, b: MessageRow): boolean {
  return (
    a.dayMs === b.dayMs &&
    a.startsDay === b.startsDay &&
    a.unreadFrom === b.unreadFrom &&
    a.startsGroup === b.startsGroup &&
    a.endsGroup === b.endsGroup &&
    isSameMessage(a.message, b.message)
  );
}

/**
 * How the rows changed at their start, which a list that shows only a window of them has to be told.
 *
 * A list can be told of one end at a time: when both ends have changed, `rows` is the new list as far
 * as the old one went, to be shown first, and the whole of it comes in a second step.
 */
export function stepRows(
  shown: readonly MessageRow[],
  next: readonly MessageRow[],
): { rows: readonly MessageRow[]; isShift: boolean; isWhole: boolean } {
  const first = shown[0]?.key;
  const last = shown[shown.length - 1]?.key;
  const isSameStart = first === undefined || next[0]?.key === first;
  if (isSameStart) return { rows: next, isShift: false, isWhole: true };
  const lastIndex = next.findLastIndex(({ key }) => key === last);
  const isCut = lastIndex >= 0 && lastIndex < next.length - 1;
  return {
    rows: isCut ? next.slice(0, lastIndex + 1) : next,
    isShift: lastIndex >= 0,
    isWhole: !isCut,
  };
}
