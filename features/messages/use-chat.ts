"use client";

import { useConvexAuth, useMutation, usePaginatedQuery, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useEffect, useMemo, useRef, useState } from "react";
import { useIdentity } from "@/auth/use-identity";
import { api } from "@/convex/_generated/api";
import { serverClock } from "../connection/server-clock";
import { useUnreadCounts } from "../conversations/use-unread-counts";
import { useOutbox } from "../outbox/use-outbox";
import { type ChatCopy, COPIED_MESSAGES_MAX, withoutIds } from "./chat-copy";
import {
  type ChatMessage,
  mergeMessages,
  type ServerMessage,
  withoutDeleted,
} from "./chat-message";
import { findUnreadMark, type UnreadMark } from "./message-rows";
import { readingPlaces } from "./reading-place";
import { useChatCopy } from "./use-chat-copy";
import { useLogWindow } from "./use-log-window";
import { useOpening, type Visit } from "./use-opening";
import { usePendingDeletions } from "./use-pending-deletions";

export type Conversation = FunctionReturnType<typeof api.conversations.getConversation>;

const TAIL_ITEMS = 30;
const NOTHING_WAITS: readonly never[] = [];

export type ChatState = {
  viewerId: string;
  /** All of this is a copy from an earlier visit, until the server answers. */
  isCopy: boolean;
  /** Told when the reader begins to move in the log. */
  settle: () => void;
  conversation: Conversation | undefined;
  /** What the log shows, oldest first, without gaps; empty while loading. */
  messages: ChatMessage[];
  /** The newest messages and what is on its way, oldest first, whatever the log shows. */
  tail: ChatMessage[];
  /** Where the log stands when it appears; `null` until that, and what stands there, is known. */
  visit: Visit | null;
  /** Where the unread ones began when the chat was opened; stays until it is left. */
  unread: UnreadMark | null;
  /** Others have read own messages up to this number. */
  readUpToSeq: number;
  /** The viewer has read up to this number; `null` while unknown. */
  lastReadSeq: number | null;
  /** The message that the address names is not in this chat. */
  isMissing: boolean;
  hasOlder: boolean;
  isLoadingOlder: boolean;
  isLoadingNewer: boolean;
  /** `messages` ends with the newest there is. */
  isAtTail: boolean;
  loadOlder: () => void;
  loadNewer: () => void;
  goToEnd: () => void;
  goTo: (sentAt: number) => void;
};

/**
 * Everything that one open conversation shows, from its subscriptions and the outbox.
 *
 * @param messageId Where to open it; also later, when it changes.
 */
export function useChat(conversationId: string, messageId: string | null): ChatState {
  const { isAuthenticated } = useConvexAuth();
  const { userId } = useIdentity();
  const viewerId = userId ?? "";
  const ofThis = isAuthenticated ? { conversationId } : "skip";
  const conversation = useQuery(api.conversations.getConversation, ofThis);
  const marks = useQuery(api.conversations.getReadMarks, ofThis);
  const { results, status } = usePaginatedQuery(api.messages.getMessages, ofThis, {
    initialNumItems: TAIL_ITEMS,
  });
  const stored = useMemo<ServerMessage[]>(() => results.toReversed(), [results]);
  const isTailLoaded = status !== "LoadingFirstPage";
  const window = useLogWindow(conversationId, stored);

  const lastRead = useMemo(() => {
    const own = marks?.find((mark) => mark.userId === viewerId);
    return marks ? { seq: own?.lastReadSeq ?? 0, at: own?.lastReadAt ?? 0 } : null;
  }, [marks, viewerId]);

  useClockFromMessages(results[0]?.sentAt, isTailLoaded);
  const [leftAt] = useState(() => readingPlaces.find(conversationId));
  const opening = useOpening({
    conversationId,
    messageId,
    leftAt,
    isTailLoaded,
    tail: stored,
    window,
    viewerId,
    lastRead,
  });
  const isReady = opening.visit !== null && conversation !== undefined;
  const { isAtTail, loadOlder } = window;
  const isWhole = isReady && marks !== undefined && isAtTail;
  const live = useMemo<ChatCopy | undefined>(
    () =>
      isWhole
        ? { conversation, marks, messages: window.messages.slice(-COPIED_MESSAGES_MAX) }
        : undefined,
    [isWhole, conversation, marks, window.messages],
  );
  const copy = useChatCopy({
    conversationId,
    viewerId,
    messageId,
    leftAt,
    live,
    liveVisit: isReady ? opening.visit : null,
    loaded: window.messages,
  });
  const { shown, older } = copy;
  useEffect(() => {
    if (older.length > 0) loadOlder();
  }, [older, loadOlder]);

  const waiting = useOutbox().of(conversationId);
  const deleted = usePendingDeletions(conversationId);
  const clearedSeq = (conversation ?? shown?.conversation)?.clearedSeq ?? 0;
  const copied = useMemo(
    () =>
      shown &&
      withoutCleared(withoutIds(mergeMessages(shown.messages, waiting, viewerId)), clearedSeq),
    [shown, waiting, viewerId, clearedSeq],
  );
  const liveTail = useMemo(() => {
    const merged = mergeMessages(stored, waiting, viewerId);
    return withoutCleared(withoutDeleted(merged, deleted), clearedSeq);
  }, [stored, waiting, viewerId, deleted, clearedSeq]);
  const liveMessages = useMemo(() => {
    const merged = mergeMessages(
      older.length > 0 ? [...older, ...window.messages] : window.messages,
      isAtTail ? waiting : NOTHING_WAITS,
      viewerId,
    );
    return withoutCleared(withoutDeleted(merged, deleted), clearedSeq);
  }, [older, window.messages, isAtTail, waiting, viewerId, deleted, clearedSeq]);
  const messages = copied ?? liveMessages;

  const knownMarks = marks ?? shown?.marks;
  const readUpToSeq = useMemo(() => {
    let max = 0;
    for (const mark of knownMarks ?? []) {
      if (mark.userId !== viewerId && mark.lastReadSeq > max) max = mark.lastReadSeq;
    }
    return max;
  }, [knownMarks, viewerId]);

  const newestSeq = stored[stored.length - 1]?.seq ?? 0;
  useReadMark(conversationId, isTailLoaded && lastRead !== null && newestSeq <= lastRead.seq);
  const oldestSeq = (shown?.messages ?? (older.length > 0 ? older : window.messages))[0]?.seq ?? 1;
  // What was cleared away ends the log as if the conversation had begun after it.
  const hasOlder =
    oldestSeq > clearedSeq + 1 && (shown || older.length > 0 ? oldestSeq > 1 : window.hasOlder);
  const unreadLive = useUnreadAtOpening(isReady, () =>
    lastRead ? findUnread(messages, { viewerId, lastReadSeq: lastRead.seq, newestSeq }) : null,
  );
  const unreadCopied = useMemo(() => {
    const own = shown?.marks.find((mark) => mark.userId === viewerId);
    return shown && copied ? findUnreadMark(copied, viewerId, own?.lastReadSeq ?? 0) : null;
  }, [shown, copied, viewerId]);
  return {
    viewerId,
    isCopy: shown !== null,
    settle: copy.settle,
    conversation: conversation ?? shown?.conversation,
    messages,
    tail: copied ?? liveTail,
    visit: shown?.visit ?? copy.visit,
    unread: shown ? unreadCopied : unreadLive,
    readUpToSeq,
    // Nothing is marked as read on the word of a copy.
    lastReadSeq: shown ? null : (lastRead?.seq ?? null),
    isMissing: opening.isMissing,
    hasOlder,
    isLoadingOlder: !shown && older.length === 0 && window.isLoadingOlder,
    isLoadingNewer: !shown && window.isLoadingNewer,
    isAtTail: shown !== null || isAtTail,
    loadOlder: hasOlder ? loadOlder : doNothing,
    loadNewer: window.loadNewer,
    goToEnd: opening.goToEnd,
    goTo: opening.goTo,
  };
}

/**
 * Opening a chat takes the mark away that makes it look unread. It is decided once, when the chat is
 * opened: whoever marks the chat that is open wants to find the mark later.
 *
 * @param isRead There is nothing unread whose reading would take the mark away.
 */
function useReadMark(conversationId: string, isRead: boolean): void {
  const counts = useUnreadCounts();
  const markRead = useMutation(api.messages.markConversationsAsRead);
  const isDecided = useRef(false);
  useEffect(() => {
    if (isDecided.current || !isRead || counts === null) return;
    isDecided.current = true;
    if (!counts.has(conversationId)) return;
    // It stays marked then, and opening it again tries again.
    markRead({ conversationIds: [conversationId] }).catch(() => undefined);
  }, [counts, isRead, conversationId, markRead]);
}

function doNothing(): void {}

function withoutCleared(messages: ChatMessage[], clearedSeq: number): ChatMessage[] {
  if (clearedSeq === 0) return messages;
  return messages.filter(({ seq }) => seq === null || seq > clearedSeq);
}

type Reading = { viewerId: string; lastReadSeq: number; newestSeq: number };

/** Where the unread ones begin among the loaded messages, counting also those that are not loaded yet. */
function findUnread(
  messages: readonly ChatMessage[],
  { viewerId, lastReadSeq, newestSeq }: Reading,
): UnreadMark | null {
  const mark = findUnreadMark(messages, viewerId, lastReadSeq);
  const first = messages[0];
  // The log was opened in the middle of the unread ones: they began above.
  if (first?.seq && first.key === mark?.beforeKey && first.seq > lastReadSeq + 1) return null;
  const loadedSeq = messages.findLast(({ seq }) => seq !== null)?.seq ?? 0;
  return mark && { ...mark, count: mark.count + Math.max(0, newestSeq - loadedSeq) };
}

/** Decided once, in the render in which the log first appears, so that no frame is painted without it. */
function useUnreadAtOpening(isReady: boolean, find: () => UnreadMark | null): UnreadMark | null {
  const [opened, setOpened] = useState<{ unread: UnreadMark | null } | null>(null);
  if (opened) return opened.unread;
  if (!isReady) return null;
  const decided = { unread: find() };
  setOpened(decided);
  return decided.unread;
}

/** A message that arrives while we watch was stored just now, so it tells the server's time. */
function useClockFromMessages(newestSentAt: number | undefined, isLoaded: boolean): void {
  const before = useRef<number | null>(null);
  useEffect(() => {
    if (!isLoaded) return;
    const known = before.current;
    before.current = newestSentAt ?? 0;
    if (known !== null && newestSentAt !== undefined && newestSentAt > known) {
      serverClock.observe(newestSentAt);
    }
  }, [newestSentAt, isLoaded]);
}
