"use client";

import { useQueries } from "convex/react";
import { useCallback, useMemo, useState } from "react";
import { api } from "@/convex/_generated/api";
import { useUnreadCounts } from "../conversations/use-unread-counts";
import type { ServerMessage } from "./chat-message";
import type { ReadingPlace } from "./reading-place";
import type { LogWindow } from "./use-log-window";

/** Where a log stands when it appears. */
export type LogTarget =
  | { kind: "end" }
  /** The first message that was sent then or later begins so far below the log's upper edge. */
  | { kind: "message"; sentAt: number; top: LogTop; isMarked: boolean };

export type LogTop = { px: number } | { shareOfHeight: number };

export type Visit = {
  /** Another visit is another log: nothing of the former one's position stays. */
  id: number;
  target: LogTarget;
};

type Goal = { sentAt: number; top: LogTop; isMarked: boolean };

export type OpeningOptions = {
  conversationId: string;
  /** The message that the address names. */
  messageId: string | null;
  leftAt: ReadingPlace | null;
  /** The tail is there. */
  isTailLoaded: boolean;
  tail: readonly ServerMessage[];
  window: LogWindow;
  viewerId: string;
  /** The viewer's own read mark; `null` while unknown. */
  lastRead: { seq: number; at: number } | null;
};

export type Opening = {
  /** `null` while what decides it, or what it shows, is loading. */
  visit: Visit | null;
  /** The message that was asked for is gone, or was never here. */
  isMissing: boolean;
  /** Opens the log anew at its end. */
  goToEnd: () => void;
  /** Opens the log anew at a message, by when it was sent. */
  goTo: (sentAt: number) => void;
};

const UPPER_THIRD: LogTop = { shareOfHeight: 0.2 };
const MIDDLE: LogTop = { shareOfHeight: 0.35 };

/**
 * Decides where a chat opens: at the message that was asked for, else where it was left, else where
 * the unread messages begin, else at its end; and loads what stands there.
 */
export function useOpening(options: OpeningOptions): Opening {
  const { window, tail } = options;
  const [goal, setGoal] = useState<{ id: number; at: Goal | "end" } | null>(null);
  const [isMissing, setIsMissing] = useState(false);
  const link = useLinkedMessage(options);
  const first = useFirstGoal(options, link);

  const start = (at: Goal | "end", id: number) => {
    setGoal({ id, at });
    if (at === "end") window.showTail();
    else if (at.sentAt < (tail[0]?.sentAt ?? 0)) window.showAround(at.sentAt);
  };
  // Decided while rendering, so that no frame is painted at another place.
  const [followed, setFollowed] = useState<string | null>(null);
  if (goal === null && first !== null) {
    setFollowed(options.messageId);
    setIsMissing(link === "missing");
    start(first, 0);
  } else if (goal !== null && options.messageId !== followed && link !== null) {
    // The address has come to name another message of the chat that is open.
    setFollowed(options.messageId);
    setIsMissing(link === "missing");
    if (typeof link === "object") start(asGoal(link.sentAt), goal.id + 1);
  }

  const goToEnd = useCallback(() => {
    window.showTail();
    setGoal((before) => ({ id: (before?.id ?? 0) + 1, at: "end" }));
  }, [window.showTail]);
  const goTo = useCallback(
    (sentAt: number) => {
      window.showAround(sentAt);
      setGoal((before) => ({ id: (before?.id ?? 0) + 1, at: asGoal(sentAt) }));
    },
    [window.showAround],
  );

  const [shown, setShown] = useState<Visit | null>(null);
  const isNew = goal !== null && goal.id !== shown?.id;
  const isThere =
    isNew && !window.isLoading && (goal.at === "end" ? window.isAtTail : covers(window, goal.at));
  let visit = isNew ? null : shown;
  if (isThere) {
    visit = { id: goal.id, target: toTarget(goal.at, window.messages.length) };
    setShown(visit);
  }
  return { visit, isMissing, goToEnd, goTo };
}

function toTarget(at: Goal | "end", loaded: number): LogTarget {
  if (at === "end" || loaded === 0) return { kind: "end" };
  return { kind: "message", ...at };
}

function asGoal(sentAt: number): Goal {
  return { sentAt, top: MIDDLE, isMarked: true };
}

function covers({ messages }: LogWindow, { sentAt }: Goal): boolean {
  const first = messages[0];
  return first === undefined || first.seq === 1 || first.sentAt <= sentAt;
}

type Link = { sentAt: number } | "missing" | null;

/** The message that the address names; `null` while it is looked up, and when there is none. */
function useLinkedMessage(options: OpeningOptions): Link {
  const { conversationId, messageId, isTailLoaded } = options;
  const queries = useMemo(() => {
    const asked: Parameters<typeof useQueries>[0] = {};
    // Nothing may be asked before it is known who asks; then the tail is there too.
    if (messageId !== null && isTailLoaded) {
      asked.link = { query: api.messages.getMessage, args: { messageId } };
    }
    return asked;
  }, [messageId, isTailLoaded]);
  const found: unknown = useQueries(queries).link;
  return useMemo(() => {
    if (messageId === null || found === undefined) return null;
    // A refusal, or text that is no id at all.
    if (found instanceof Error) return "missing";
    const { conversationId: where, sentAt } = found as { conversationId: string; sentAt: number };
    return where === conversationId ? { sentAt } : "missing";
  }, [found, messageId, conversationId]);
}

/** Where the chat opens first; `null` while that is not known. */
function useFirstGoal(options: OpeningOptions, link: Link): Goal | "end" | null {
  const { messageId, leftAt, isTailLoaded, tail, viewerId, lastRead, conversationId } = options;
  const counts = useUnreadCounts();
  if (!isTailLoaded || lastRead === null) return null;
  if (messageId !== null && link === null) return null;
  if (link !== null && link !== "missing") return asGoal(link.sentAt);
  if (leftAt) {
    return { sentAt: leftAt.sentAt, top: { px: leftAt.offset }, isMarked: false };
  }
  const newest = tail[tail.length - 1];
  const hasSpoken = tail.some(({ senderId, seq }) => senderId === viewerId && seq > lastRead.seq);
  if (!newest || newest.seq <= lastRead.seq || hasSpoken) {
    return hasSpoken ? unreadInTail(tail, viewerId, lastRead.seq) : "end";
  }
  if ((tail[0]?.seq ?? 0) <= lastRead.seq + 1) return unreadInTail(tail, viewerId, lastRead.seq);
  // Far above the tail; who has written since has seen it, which only the count knows.
  if (counts === null) return null;
  const unreadCount = counts.get(conversationId) ?? 0;
  if (unreadCount === 0) return "end";
  // Sending moves the count but not the read mark. Much fewer unread than the mark says: it lags behind
  // what the viewer has written since, and the count alone tells where they were.
  if (unreadCount * 2 < newest.seq - lastRead.seq) {
    return unreadInTail(tail, viewerId, newest.seq - unreadCount);
  }
  return { sentAt: lastRead.at + 0.5, top: UPPER_THIRD, isMarked: false };
}

function unreadInTail(
  tail: readonly ServerMessage[],
  viewerId: string,
  lastReadSeq: number,
): Goal | "end" {
  const lastOwn = tail.findLast(({ senderId }) => senderId === viewerId)?.seq ?? 0;
  const from = Math.max(lastOwn, lastReadSeq);
  const unread = tail.find(({ seq, isDeleted }) => seq > from && !isDeleted);
  return unread ? { sentAt: unread.sentAt, top: UPPER_THIRD, isMarked: false } : "end";
}
