"use client";

import { useConvexAuth, usePaginatedQuery, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useIdentity } from "@/auth/use-identity";
import { api } from "@/convex/_generated/api";
import { serverClock } from "../connection/server-clock";
import { type ChatMessage, mergeMessages } from "./chat-message";
import { findUnreadMark, type UnreadMark } from "./message-rows";
import { type ReadingPlace, readingPlaces } from "./reading-place";
import { useOutbox } from "./use-outbox";

export type Conversation = FunctionReturnType<typeof api.conversations.getConversation>;

const FIRST_PAGE_ITEMS = 30;
const NEXT_PAGE_ITEMS = 60;
/** To show where the unread ones begin, at most so many messages are loaded on opening. */
const OPENING_ITEMS_MAX = 240;

export type ChatState = {
  viewerId: string;
  conversation: Conversation | undefined;
  /** Oldest first; empty while loading. */
  messages: ChatMessage[];
  /** Everything that decides where the log opens is known. */
  isReady: boolean;
  /** Where the unread ones began when the chat was opened; stays until it is left. */
  unread: UnreadMark | null;
  /** Where the chat was left when it was last open; `null` opens at the unread ones or the end. */
  leftAt: ReadingPlace | null;
  /** Others have read own messages up to this number. */
  readUpToSeq: number;
  /** The viewer has read up to this number; `null` while unknown. */
  lastReadSeq: number | null;
  canLoadOlder: boolean;
  isLoadingOlder: boolean;
  loadOlder: () => void;
};

/** Everything that one open conversation shows, from its subscriptions and the outbox. */
export function useChat(conversationId: string): ChatState {
  const { isAuthenticated } = useConvexAuth();
  const { userId } = useIdentity();
  const viewerId = userId ?? "";
  const ofThis = isAuthenticated ? { conversationId } : "skip";
  const conversation = useQuery(api.conversations.getConversation, ofThis);
  const marks = useQuery(api.conversations.getReadMarks, ofThis);
  const { results, status, loadMore } = usePaginatedQuery(api.messages.getMessages, ofThis, {
    initialNumItems: FIRST_PAGE_ITEMS,
  });
  const waiting = useOutbox().of(conversationId);
  const messages = useMemo(
    () => mergeMessages(results, waiting, viewerId),
    [results, waiting, viewerId],
  );

  const readUpToSeq = useMemo(() => {
    let max = 0;
    for (const mark of marks ?? []) {
      if (mark.userId !== viewerId && mark.lastReadSeq > max) max = mark.lastReadSeq;
    }
    return max;
  }, [marks, viewerId]);
  const lastReadSeq = marks
    ? (marks.find((mark) => mark.userId === viewerId)?.lastReadSeq ?? 0)
    : null;

  useClockFromMessages(results[0]?.sentAt, status);
  const [leftAt] = useState(() => readingPlaces.find(conversationId));
  const opening = useOpening({ leftAt, messages, viewerId, lastReadSeq, status, loadMore });
  const loadOlder = useCallback(() => loadMore(NEXT_PAGE_ITEMS), [loadMore]);
  return {
    viewerId,
    conversation,
    messages,
    isReady: conversation !== undefined && opening.isReady,
    unread: opening.unread,
    leftAt,
    readUpToSeq,
    lastReadSeq,
    canLoadOlder: status === "CanLoadMore",
    isLoadingOlder: status === "LoadingMore",
    loadOlder,
  };
}

type Status = ReturnType<typeof usePaginatedQuery>["status"];

type OpeningOptions = {
  leftAt: ReadingPlace | null;
  messages: ChatMessage[];
  viewerId: string;
  lastReadSeq: number | null;
  status: Status;
  loadMore: (items: number) => void;
};

/** Decides once, when enough is loaded, where the unread messages began. */
function useOpening(options: OpeningOptions): { isReady: boolean; unread: UnreadMark | null } {
  const { leftAt, messages, viewerId, lastReadSeq, status, loadMore } = options;
  const [opened, setOpened] = useState<{ unread: UnreadMark | null } | null>(null);

  const isLoading = status === "LoadingFirstPage" || status === "LoadingMore";
  const oldestSeq = messages.find(({ seq }) => seq !== null)?.seq ?? null;
  const isMarkLoaded =
    lastReadSeq === null ||
    oldestSeq === null ||
    oldestSeq <= lastReadSeq + 1 ||
    messages.some(({ senderId, seq }) => senderId === viewerId && seq !== null);
  const isPlaceLoaded = leftAt === null || oldestSeq === null || oldestSeq <= leftAt.seq;
  const isEnough =
    (isMarkLoaded && isPlaceLoaded) ||
    status === "Exhausted" ||
    messages.length >= OPENING_ITEMS_MAX;

  useEffect(() => {
    if (opened || isLoading || lastReadSeq === null || isEnough) return;
    loadMore(100);
  }, [opened, isLoading, lastReadSeq, isEnough, loadMore]);

  if (opened) return { isReady: true, unread: opened.unread };
  if (isLoading || lastReadSeq === null || !isEnough) return { isReady: false, unread: null };
  // Set while rendering, so that no frame is painted without the divider.
  const decided = { unread: findUnreadMark(messages, viewerId, lastReadSeq) };
  setOpened(decided);
  return { isReady: true, unread: decided.unread };
}

/** A message that arrives while we watch was stored just now, so it tells the server's time. */
function useClockFromMessages(newestSentAt: number | undefined, status: Status): void {
  const before = useRef<number | null>(null);
  useEffect(() => {
    if (status === "LoadingFirstPage") return;
    const known = before.current;
    before.current = newestSentAt ?? 0;
    if (known !== null && newestSentAt !== undefined && newestSentAt > known) {
      serverClock.observe(newestSentAt);
    }
  }, [newestSentAt, status]);
}
