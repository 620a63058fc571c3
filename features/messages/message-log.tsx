"use client";

import { ArrowDown, LoaderCircle, MessageCircleHeart } from "lucide-react";
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
import { formatDay, startOfDay } from "@/lib/dates";
import { useServerNow } from "../connection/use-server-now";
import { t } from "../language/t";
import { TypingIndicator } from "../typing/typing-indicator";
import { LogAnnouncer } from "./log-announcer";
import { LogSkeleton } from "./log-skeleton";
import { keepRows, type LogRow, layOutRows, splitDays } from "./message-rows";
import { readingPlaces } from "./reading-place";
import type { ChatState } from "./use-chat";
import { useLogScroll } from "./use-log-scroll";
import type { MessageChanges } from "./use-message-changes";
import { useMessageElements } from "./use-message-elements";
import { useMessageVisibility } from "./use-message-visibility";
import { useOutbox } from "./use-outbox";
import type { MessageSending } from "./use-send-message";

const MINUTE_MS = 60_000;

export type MessageLogHandle = {
  /** From now on the end is followed, as when one sends. */
  followEnd: () => void;
};

export type MessageLogProps = {
  ref: Ref<MessageLogHandle>;
  conversationId: string;
  chat: ChatState;
  canDeleteAll: boolean;
  sending: MessageSending;
  changes: MessageChanges;
  onEdit: (messageId: string, content: string) => void;
};

/** The messages of one conversation, the newest at the bottom. */
export function MessageLog(props: MessageLogProps) {
  const { ref, conversationId, chat } = props;
  const { messages, isReady, unread, canLoadOlder, loadOlder } = chat;
  const rows = useRows(messages, unread, canLoadOlder || chat.isLoadingOlder);
  const look = usePatientLoading(!isReady);
  const isShown = look === "ready";
  // What one writes before the log has come, as without a connection, is seen all the same.
  const isOnlyWaiting = rows.length > 0 && messages.every(({ seq }) => seq === null);
  const scroll = useLogScroll({
    rows,
    hasRows: isShown,
    leftAt: chat.leftAt,
    hasDivider: unread !== null,
    onLeave: (place) => readingPlaces.leave(conversationId, place),
    canLoadOlder,
    loadOlder,
  });
  const { toEnd } = scroll;
  useImperativeHandle(ref, () => ({ followEnd: () => toEnd() }), [toEnd]);

  const newestSeq = messages.findLast(({ seq }) => seq !== null)?.seq ?? 0;
  const newBelow = useNewBelow(chat, scroll.isAtEnd, newestSeq);
  return (
    <div className="relative min-h-0">
      <div
        ref={scroll.scroller}
        role="log"
        aria-label={t("chat.log")}
        // New messages are spoken by the announcer; loaded history and own ones are not.
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key.
        tabIndex={0}
        className="h-full overflow-x-hidden overflow-y-auto overscroll-contain outline-offset-[-3px] [overflow-anchor:none]"
      >
        <div
          ref={scroll.content}
          className="relative flex min-h-full flex-col justify-end px-6 pt-2 pb-1 max-wide:px-3"
        >
          {isShown && chat.isLoadingOlder && <OlderSpinner />}
          {look === "skeleton" && <LogSkeleton />}
          {isShown && rows.length === 0 && (
            <Notice
              icon={<MessageCircleHeart size={26} strokeWidth={1.8} aria-hidden="true" />}
              title={t("chat.empty.title")}
              text={t("chat.empty.text")}
            />
          )}
          {(isShown || isOnlyWaiting) && (
            <Rows {...props} rows={rows} log={scroll.scroller} newestSeq={newestSeq} />
          )}
          <TypingIndicator
            conversationId={conversationId}
            isIndented={chat.conversation?.isGroup ?? false}
          />
        </div>
      </div>
      {scroll.isFarFromEnd && isShown && <JumpToEnd count={newBelow} onJump={() => toEnd(true)} />}
      <LogAnnouncer chat={chat} />
    </div>
  );
}

function useRows(
  messages: ChatState["messages"],
  unread: ChatState["unread"],
  hasOlder: boolean,
): LogRow[] {
  const [memory] = useState<{ rows: LogRow[] }>(() => ({ rows: [] }));
  return useMemo(() => {
    memory.rows = keepRows(memory.rows, layOutRows(messages, { unread, hasOlder }));
    return memory.rows;
  }, [memory, messages, unread, hasOlder]);
}

type RowsProps = MessageLogProps & {
  rows: LogRow[];
  log: React.RefObject<HTMLElement | null>;
  newestSeq: number;
};

function Rows(props: RowsProps) {
  const { rows, log, newestSeq, conversationId, chat, sending, changes, onEdit, canDeleteAll } =
    props;
  const { viewerId, conversation, readUpToSeq, lastReadSeq } = chat;
  const todayMs = startOfDay(useServerNow(MINUTE_MS));
  const written = useOutbox().of(conversationId);
  const isGroup = conversation?.isGroup ?? false;
  const people = useMemo(
    () => new Map(conversation?.members.map((member) => [member.userId, member])),
    [conversation?.members],
  );
  const nameOf = useCallback(
    (userId: string) =>
      userId === viewerId ? t("message.you") : people.get(userId)?.name || t("people.someone"),
    [people, viewerId],
  );
  const watch = useMessageVisibility({ log, conversationId, lastReadSeq, newestSeq });

  const shared = useMemo(
    () => ({ viewerId, isGroup, people, nameOf, watch, changes, sending, onEdit, canDeleteAll }),
    [viewerId, isGroup, people, nameOf, watch, changes, sending, onEdit, canDeleteAll],
  );
  const elements = useMessageElements(shared);
  return splitDays(rows).map(({ day, rows: ofDay }) => (
    <section key={day.key} aria-label={dayName(day.dayMs, todayMs)}>
      <div className="pointer-events-none sticky top-2 z-[2] my-3 grid justify-items-center">
        <span
          aria-hidden="true"
          className="rounded-[10px] bg-rail px-[11px] py-[3px] text-caption font-medium text-muted shadow-bubble"
        >
          {dayName(day.dayMs, todayMs)}
        </span>
      </div>
      {ofDay.map((row) =>
        row.kind === "unread" ? (
          <UnreadDivider key={row.key} count={row.count} />
        ) : (
          elements.render(row, {
            isRead: row.message.seq !== null && row.message.seq <= readUpToSeq,
            isNew: written.some((item) => item.clientMessageId === row.key),
          })
        ),
      )}
    </section>
  ));
}

function dayName(dayMs: number, todayMs: number): string {
  return formatDay(dayMs, todayMs, { today: t("day.today"), yesterday: t("day.yesterday") });
}

function UnreadDivider({ count }: { count: number }) {
  const line = "h-px flex-1 bg-current opacity-35";
  return (
    <div
      data-unread
      className="my-3 flex items-center gap-2.5 text-caption font-semibold text-accent"
    >
      <span className={line} />
      {t("chat.unread", { count })}
      <span className={line} />
    </div>
  );
}

function OlderSpinner() {
  return (
    <div
      role="progressbar"
      aria-label={t("chat.older")}
      className="pointer-events-none absolute inset-x-0 top-2 z-[3] grid justify-items-center text-accent"
    >
      <LoaderCircle size={20} aria-hidden="true" className="motion-safe:animate-spin" />
    </div>
  );
}

function JumpToEnd({ count, onJump }: { count: number; onJump: () => void }) {
  return (
    <button
      type="button"
      onClick={onJump}
      aria-label={
        count > 0 ? `${t("chat.toEnd")}, ${t("chat.newBelow", { count })}` : t("chat.toEnd")
      }
      title={t("chat.toEnd")}
      className="absolute end-5 bottom-3 z-[4] grid size-11 animate-appear place-items-center rounded-full bg-raised text-muted shadow-float hover:text-ink max-wide:end-3"
    >
      <ArrowDown size={20} aria-hidden="true" />
      {count > 0 && (
        <span
          aria-hidden="true"
          className="tabular absolute -top-1.5 grid h-5 min-w-5 place-items-center rounded-full bg-accent px-1.5 text-time font-title text-on-accent"
        >
          {count > 99 ? "99+" : count}
        </span>
      )}
    </button>
  );
}

/** How many messages of others have come in below since the end was last seen. */
function useNewBelow(chat: ChatState, isAtEnd: boolean, newestSeq: number): number {
  const { messages, viewerId, isReady, unread } = chat;
  const [seenSeq, setSeenSeq] = useState<number | null>(null);
  const isFirst = useRef(true);
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
    if (isAtEnd || seenSeq === null || newestSeq <= seenSeq) return 0;
    return messages.filter(
      ({ seq, senderId }) => seq !== null && seq > seenSeq && senderId !== viewerId,
    ).length;
  }, [messages, viewerId, isAtEnd, seenSeq, newestSeq]);
}
