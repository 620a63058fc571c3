"use client";

import { useCallback, useMemo, useRef, useState } from "react";
import { CHAT_PREFIX } from "../offline/offline-cache";
import { useOfflineCopy } from "../offline/use-offline-copy";
import { type ChatCopy, isSameTarget, olderInCopy, touches } from "./chat-copy";
import { mergeMessages, type ServerMessage } from "./chat-message";
import { findUnreadMark } from "./message-rows";
import type { ReadingPlace } from "./reading-place";
import type { LogTarget, LogTop, Visit } from "./use-opening";

/** Visits of live logs count from 0. */
const COPY_VISIT_ID = -2;
const NONE: readonly ServerMessage[] = [];

export type CarriedCopy = {
  /** What to show while the live log does not stand yet. */
  shown: (ChatCopy & { visit: Visit }) | null;
  /** What the copy has above the live messages, until they have it themselves. */
  older: readonly ServerMessage[];
  /** The visit to show: the live one, or the copy's own where the live log took its place. */
  visit: Visit | null;
  /** The reader has begun to move: from now on the log does not go elsewhere by itself. */
  settle: () => void;
};

/**
 * The copy of a chat in place of the log until the live one stands where it should, and the change from
 * one to the other: when both open at the same place, the rows stay and only what is new comes in; when
 * more is unread than the copy knew of, the log opens anew there, unless the reader has begun to move.
 *
 * @param live The whole of the live chat, to be kept; `undefined` until the log stands at its tail.
 * @param liveVisit `null` until the live log stands.
 * @param loaded The live messages of the log.
 */
export function useChatCopy(options: {
  conversationId: string;
  viewerId: string;
  /** The message that the address names. */
  messageId: string | null;
  leftAt: ReadingPlace | null;
  live: ChatCopy | undefined;
  liveVisit: Visit | null;
  loaded: readonly ServerMessage[];
}): CarriedCopy {
  const { conversationId, live, liveVisit, loaded } = options;
  const { value, isCopy } = useOfflineCopy(`${CHAT_PREFIX}${conversationId}`, live);
  // Held on to: what is kept under the same key later is no copy of a former moment any more.
  const [first, setFirst] = useState<(ChatCopy & { visit: Visit }) | null>(null);
  let copy = first;
  if (copy === null && isCopy && value && liveVisit === null) {
    const visit = { id: COPY_VISIT_ID, target: openingOf(value, options) };
    copy = { ...value, visit };
    setFirst(copy);
  }

  const isSettled = useRef(false);
  const settle = useCallback(() => {
    isSettled.current = true;
  }, []);
  const [carried, setCarried] = useState<{ into: number; isCarried: boolean } | null>(null);
  let carry = carried;
  if (carry === null && copy !== null && liveVisit !== null) {
    const isSame = isSettled.current || isSameTarget(copy.visit.target, liveVisit.target);
    const isCarried = isSame && touches(copy.messages, loaded);
    carry = { into: liveVisit.id, isCarried };
    setCarried(carry);
  }

  const isCarrying = copy !== null && carry?.isCarried === true && carry.into === liveVisit?.id;
  const copied = isCarrying ? copy?.messages : undefined;
  const older = useMemo(() => (copied ? olderInCopy(copied, loaded) : NONE), [copied, loaded]);
  return {
    shown: liveVisit === null ? copy : null,
    older,
    visit: isCarrying && copy ? copy.visit : liveVisit,
    settle,
  };
}

type Wish = { viewerId: string; messageId: string | null; leftAt: ReadingPlace | null };

/** Where the copy opens: as the live log would, as far as the copy knows. */
function openingOf(copy: ChatCopy, { viewerId, messageId, leftAt }: Wish): LogTarget {
  const { messages, marks } = copy;
  const named = messages.find(({ _id }) => _id === messageId);
  if (named) return asTarget(named.sentAt, { shareOfHeight: 0.35 }, true);
  if (messageId !== null) return { kind: "end" };
  if (leftAt && messages.some(({ seq }) => seq === leftAt.seq)) {
    return asTarget(leftAt.sentAt, { px: leftAt.offset });
  }
  const lastReadSeq = marks.find(({ userId }) => userId === viewerId)?.lastReadSeq ?? 0;
  const merged = mergeMessages(messages, [], viewerId);
  const mark = findUnreadMark(merged, viewerId, lastReadSeq);
  const unread = merged.find(({ key }) => key === mark?.beforeKey);
  return unread ? asTarget(unread.sentAt, { shareOfHeight: 0.2 }) : { kind: "end" };
}

function asTarget(sentAt: number, top: LogTop, isMarked = false): LogTarget {
  return { kind: "message", sentAt, top, isMarked };
}
