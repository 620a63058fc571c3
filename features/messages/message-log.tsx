"use client";

import { MessageCircleHeart } from "lucide-react";
import {
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from "react";
import { Notice } from "@/components/ui/notice";
import { usePatientLoading } from "@/components/ui/use-patient-loading";
import { startOfDay } from "@/lib/dates";
import { useServerNow } from "../connection/use-server-now";
import { t } from "../language/t";
import type { ChatMessage, Quote } from "./chat-message";
import { LogAnnouncer } from "./log-announcer";
import { LogList } from "./log-list";
import { BackToReply, FloatingDay, JumpToEnd, LoadingMore } from "./log-marks";
import { LogSkeleton } from "./log-skeleton";
import type { MessageActs } from "./message-acts";
import { keepRows, layOutRows, type MessageRow } from "./message-rows";
import { walkMessages } from "./tab-stop";
import type { ChatState } from "./use-chat";
import { type LogScrollHandle, useLook } from "./use-log-scroll";
import type { MessageChanges } from "./use-message-changes";
import type { Visit } from "./use-opening";
import type { MessageSending } from "./use-send-message";

const MINUTE_MS = 60_000;
/** How long a message that was jumped to stands out. */
const MARKED_MS = 1_800;
/** From quote to quote: so many ways back are remembered. */
const WAYS_BACK_MAX = 10;
/** What one writes before the log has come, as without a connection, is seen all the same. */
const ONLY_WAITING: Visit = { id: -1, target: { kind: "end" } };

export type MessageLogHandle = {
  /** From now on the end is followed, as when one sends. */
  followEnd: () => void;
  /** Shows the message that was sent then, wherever it stands, and makes it stand out for a moment. */
  showMessage: (sentAt: number) => void;
  focus: () => void;
};

export type MessageLogProps = {
  ref: Ref<MessageLogHandle>;
  conversationId: string;
  chat: ChatState;
  canDeleteAll: boolean;
  sending: MessageSending;
  changes: MessageChanges;
  acts: MessageActs;
  /** `null` while nothing is being selected. */
  selectedIds: ReadonlySet<string> | null;
};

/** The messages of one conversation, the newest at the bottom. */
export function MessageLog(props: MessageLogProps) {
  const { ref, chat } = props;
  const { messages, tail, unread, isAtTail, goToEnd, goTo } = chat;
  const allRows = useRows(messages, unread, chat.hasOlder);
  const loadingLook = usePatientLoading(chat.visit === null);
  const isShown = loadingLook === "ready" && chat.visit !== null;
  const rows = isShown ? allRows : allRows.filter(({ message }) => message.seq === null);
  const visit = isShown ? chat.visit : rows.length > 0 ? ONLY_WAITING : null;

  const log = useRef<HTMLDivElement>(null);
  const scroll = useRef<LogScrollHandle>(null);
  const [look, onLook] = useLook();
  const [markedAt, mark] = useMarked(visit);
  const [backTo, setBackTo] = useState<readonly number[]>([]);
  const toEnd = (isGliding = false) => {
    setBackTo([]);
    if (isAtTail) scroll.current?.toEnd(isGliding);
    else goToEnd();
  };
  const showMessage = useCallback(
    (sentAt: number) => {
      // Elsewhere it stands out from when it has been loaded.
      if (scroll.current?.toMessage(sentAt)) mark(sentAt);
      else goTo(sentAt);
    },
    [mark, goTo],
  );
  const openQuote = useCallback(
    ({ sentAt }: Quote, from: ChatMessage) => {
      setBackTo((before) => [...before.slice(1 - WAYS_BACK_MAX), from.sentAt]);
      showMessage(sentAt);
    },
    [showMessage],
  );
  const goBack = () => {
    const last = backTo[backTo.length - 1];
    setBackTo(backTo.slice(0, -1));
    if (last !== undefined) showMessage(last);
  };
  useImperativeHandle(ref, () => ({
    followEnd() {
      chat.settle();
      toEnd();
    },
    showMessage,
    focus: () => log.current?.focus({ preventScroll: true }),
  }));

  const newestSeq = tail.findLast(({ seq }) => seq !== null)?.seq ?? 0;
  const newBelow = useNewBelow(chat, look.isAtEnd, newestSeq);
  const todayMs = startOfDay(useServerNow(MINUTE_MS));
  return (
    <div className="relative min-h-0">
      <div
        ref={log}
        role="log"
        aria-label={t("chat.log")}
        // New messages are spoken by the announcer; loaded history and own ones are not.
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key.
        tabIndex={0}
        onKeyDown={walkMessages}
        className="flex h-full flex-col overflow-x-hidden overflow-y-auto overscroll-contain outline-offset-[-3px] [overflow-anchor:none]"
      >
        {loadingLook === "skeleton" && <LogSkeleton />}
        {isShown && rows.length === 0 && (
          <Notice
            icon={<MessageCircleHeart size={26} strokeWidth={1.8} aria-hidden="true" />}
            title={t("chat.empty.title")}
            text={t("chat.empty.text")}
          />
        )}
        {visit && (
          <LogList
            key={visit.id}
            {...props}
            rows={rows}
            visit={visit}
            log={log}
            scroll={scroll}
            onLook={onLook}
            onOpenQuote={openQuote}
            markedAt={markedAt}
            newestSeq={newestSeq}
          />
        )}
      </div>
      {visit && <FloatingDay dayMs={look.dayMs} todayMs={todayMs} />}
      {isShown && chat.isLoadingOlder && <LoadingMore isOlder />}
      {isShown && chat.isLoadingNewer && <LoadingMore isOlder={false} />}
      {look.isFarFromEnd && isShown && rows.length > 0 && (
        <JumpToEnd count={newBelow} onJump={() => toEnd(true)} />
      )}
      {isShown && backTo.length > 0 && <BackToReply onBack={goBack} />}
      <LogAnnouncer chat={chat} />
    </div>
  );
}

function useRows(
  messages: ChatState["messages"],
  unread: ChatState["unread"],
  hasOlder: boolean,
): MessageRow[] {
  const [memory] = useState<{ rows: MessageRow[] }>(() => ({ rows: [] }));
  return useMemo(() => {
    memory.rows = keepRows(memory.rows, layOutRows(messages, { unread, hasOlder }));
    return memory.rows;
  }, [memory, messages, unread, hasOlder]);
}

/** The message that stands out: the one the log was opened at, or the last one jumped to. */
function useMarked(visit: Visit | null): [number | null, (sentAt: number) => void] {
  const [marked, setMarked] = useState<number | null>(null);
  const target = visit?.target;
  useEffect(() => {
    if (target?.kind === "message" && target.isMarked) setMarked(target.sentAt);
  }, [target]);
  useEffect(() => {
    if (marked === null) return;
    const timer = setTimeout(() => setMarked(null), MARKED_MS);
    return () => clearTimeout(timer);
  }, [marked]);
  return [marked, setMarked];
}

/** How many messages of others have come in below since the end was last seen. */
function useNewBelow(chat: ChatState, isAtEnd: boolean, newestSeq: number): number {
  const { tail, viewerId, visit, unread, messages, lastReadSeq, isCopy } = chat;
  const [seenAtEndSeq, setSeenSeq] = useState<number | null>(null);
  const isFirst = useRef(true);
  const isReady = visit !== null && !isCopy;
  useEffect(() => {
    if (!isReady) return;
    // What was unread on opening is new too, as long as the end has not been seen.
    if (isAtEnd) setSeenSeq(newestSeq);
    else if (isFirst.current) {
      const firstUnread = messages.find(({ key }) => key === unread?.beforeKey);
      setSeenSeq(firstUnread?.seq ? firstUnread.seq - 1 : newestSeq);
    }
    isFirst.current = false;
  }, [isReady, isAtEnd, newestSeq, messages, unread]);
  return useMemo(() => {
    if (isAtEnd || seenAtEndSeq === null) return 0;
    // What has been read on the way down is not new any more.
    const seenSeq = Math.max(seenAtEndSeq, lastReadSeq ?? 0);
    const oldestOfTail = tail.find(({ seq }) => seq !== null)?.seq ?? 0;
    const above = Math.max(0, oldestOfTail - seenSeq - 1);
    const inTail = tail.filter(
      ({ seq, senderId }) => seq !== null && seq > seenSeq && senderId !== viewerId,
    );
    return above + inTail.length;
  }, [tail, viewerId, isAtEnd, seenAtEndSeq, lastReadSeq]);
}
