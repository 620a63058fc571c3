"use client";

import {
  type FocusEvent,
  useCallback,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "react";
import { Virtualizer } from "virtua";
import { startOfDay } from "@/lib/dates";
import { useServerNow } from "../connection/use-server-now";
import { t } from "../language/t";
import { useOutbox } from "../outbox/use-outbox";
import { TypingIndicator } from "../typing/typing-indicator";
import type { ChatMessage, Quote } from "./chat-message";
import type { MessageLogProps } from "./message-log";
import { type MessageRow, stepRows } from "./message-rows";
import { readingPlaces } from "./reading-place";
import { useChatPeople } from "./use-chat-people";
import { type LogLook, type LogScrollHandle, useLogScroll } from "./use-log-scroll";
import { useMessageElements } from "./use-message-elements";
import { useMessageVisibility } from "./use-message-visibility";
import type { Visit } from "./use-opening";

const MINUTE_MS = 60_000;
/**
 * So many rows are kept on either side of the middle of the view, for whoever searches the page or
 * listens to it; whichever way one scrolls, since the list itself keeps rows only ahead.
 */
const KEPT_ROWS = 40;
/** They follow the view in steps, so that not every pixel of a scroll is a render. */
const FOLLOW_ROWS = 8;
const BUFFER_PX = 600;

export type LogListProps = MessageLogProps & {
  rows: readonly MessageRow[];
  visit: Visit;
  log: React.RefObject<HTMLElement | null>;
  scroll: React.Ref<LogScrollHandle>;
  onLook: (look: LogLook) => void;
  onOpenQuote: (quote: Quote, from: ChatMessage) => void;
  markedAt: number | null;
  newestSeq: number;
};

/** The rows of the log, of which only those in view and around it exist. Keyed by the visit. */
export function LogList(props: LogListProps) {
  const {
    log,
    newestSeq,
    conversationId,
    chat,
    sending,
    changes,
    acts,
    canDeleteAll,
    onOpenQuote,
  } = props;
  const { viewerId, conversation, readUpToSeq, lastReadSeq } = chat;
  const { rows, isShift } = useSteps(props.rows);
  const { list, foot, onResize, onScrollEnd } = useLogScroll({
    ref: props.scroll,
    rows,
    target: props.visit.target,
    isAtTail: chat.isAtTail,
    onLeave: (place) => readingPlaces.leave(conversationId, place),
    onLook: props.onLook,
    loadOlder: chat.loadOlder,
    loadNewer: chat.loadNewer,
    onReaderMoves: chat.settle,
  });

  const todayMs = startOfDay(useServerNow(MINUTE_MS));
  const written = useOutbox().of(conversationId);
  const isGroup = conversation?.isGroup ?? false;
  const people = useChatPeople(conversation?.members, rows);
  const members = useMemo(
    () => (conversation?.members ?? []).map(({ userId, name }) => ({ userId, name })),
    [conversation?.members],
  );
  const nameOf = useCallback(
    (userId: string) =>
      userId === viewerId ? t("message.you") : people.get(userId)?.name || t("people.someone"),
    [people, viewerId],
  );
  const watch = useMessageVisibility({ log, conversationId, lastReadSeq, newestSeq });
  const shared = useMemo(
    () => ({ viewerId, isGroup, people, members, nameOf, watch, changes, sending, todayMs }),
    [viewerId, isGroup, people, members, nameOf, watch, changes, sending, todayMs],
  );
  const elements = useMessageElements(
    useMemo(
      () => ({ ...shared, acts, onOpenQuote, canDeleteAll }),
      [shared, acts, onOpenQuote, canDeleteAll],
    ),
  );
  const [focusedKey, noteFocus] = useFocusedRow(rows);
  const [middleKey, setMiddleKey] = useState<string | null>(null);
  const kept = useMemo(
    () => keptIndexes(rows, middleKey, focusedKey),
    [rows, middleKey, focusedKey],
  );
  const follow = () => {
    if (!list.current) return;
    const { scrollOffset, viewportSize } = list.current;
    const middle = list.current.findItemIndex(scrollOffset + viewportSize / 2);
    const known = rows.findIndex(({ key }) => key === middleKey);
    if (known < 0 || Math.abs(middle - known) >= FOLLOW_ROWS) {
      setMiddleKey(rows[middle]?.key ?? null);
    }
  };
  return (
    <>
      {/* Pushes few messages down to where the newest always are. */}
      <div className="flex-1" />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only notes where the focus is. */}
      <div onFocus={noteFocus} className="contents">
        <Virtualizer
          ref={list}
          scrollRef={log}
          data={rows as MessageRow[]}
          shift={isShift}
          bufferSize={BUFFER_PX}
          keepMounted={kept}
          onScroll={follow}
          onResize={() => {
            onResize();
            follow();
          }}
          onScrollEnd={onScrollEnd}
        >
          {(row) =>
            elements.render(row, {
              isRead: row.message.seq !== null && row.message.seq <= readUpToSeq,
              isNew: written.some((item) => item.clientMessageId === row.key),
              isSelecting: props.selectedIds !== null,
              isSelected:
                row.message.id !== null && props.selectedIds?.has(row.message.id) === true,
              isMarked: row.message.sentAt === props.markedAt,
              isTabStop: row.key === focusedKey,
            })
          }
        </Virtualizer>
      </div>
      <div ref={foot} className="px-6 pb-1 max-wide:px-3">
        <TypingIndicator conversationId={conversationId} isIndented={isGroup} />
      </div>
    </>
  );
}

/** The rows, changed at one end at a time, and whether the change was at their start. */
function useSteps(next: readonly MessageRow[]) {
  const shown = useRef(next);
  const [, continueSteps] = useReducer((steps: number) => steps + 1, 0);
  const step = stepRows(shown.current, next);
  useLayoutEffect(() => {
    shown.current = step.rows;
    // The list must have seen the first step before it sees the second.
    if (!step.isWhole) continueSteps();
  });
  return step;
}

/** The rows around the middle of the view, and the one that holds the focus, by their places. */
function keptIndexes(
  rows: readonly MessageRow[],
  middleKey: string | null,
  focusedKey: string | null,
): number[] {
  const kept: number[] = [];
  const middle = middleKey === null ? -1 : rows.findIndex(({ key }) => key === middleKey);
  if (middle >= 0) {
    const last = Math.min(rows.length - 1, middle + KEPT_ROWS);
    for (let index = Math.max(0, middle - KEPT_ROWS); index <= last; index++) kept.push(index);
  }
  const focused = focusedKey === null ? -1 : rows.findIndex(({ key }) => key === focusedKey);
  if (focused >= 0) kept.push(focused);
  return kept;
}

/** The row that the focus was last in: it stays, however far one scrolls, and Tab leads back to it. */
function useFocusedRow(rows: readonly MessageRow[]) {
  const [focusedKey, setFocusedKey] = useState<string | null>(null);
  const latest = useRef(rows);
  latest.current = rows;
  const note = useCallback((event: FocusEvent) => {
    const seq = Number(event.target.closest<HTMLElement>("[data-seq]")?.dataset.seq);
    setFocusedKey(latest.current.find(({ message }) => message.seq === seq)?.key ?? null);
  }, []);
  return [focusedKey, note] as const;
}
