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
import { Virtualizer, type VirtualizerHandle } from "virtua";
import { startOfDay } from "@/lib/dates";
import { useServerNow } from "../connection/use-server-now";
import { t } from "../language/t";
import { useOutbox } from "../outbox/use-outbox";
import { TypingIndicator } from "../typing/typing-indicator";
import type { MessageLogProps } from "./message-log";
import { type MessageRow, stepRows } from "./message-rows";
import { readingPlaces } from "./reading-place";
import { type LogLook, type LogScrollHandle, useLogScroll } from "./use-log-scroll";
import { useMessageElements } from "./use-message-elements";
import { useMessageVisibility } from "./use-message-visibility";
import type { Visit } from "./use-opening";

const MINUTE_MS = 60_000;
/** So many rows are kept above and below the view, for whoever searches the page or listens to it. */
const BUFFER_ROWS = 30;
const BUFFER_MIN_PX = 1_000;
const BUFFER_MAX_PX = 4_000;

export type LogListProps = MessageLogProps & {
  rows: readonly MessageRow[];
  visit: Visit;
  log: React.RefObject<HTMLElement | null>;
  scroll: React.Ref<LogScrollHandle>;
  onLook: (look: LogLook) => void;
  markedSeq: number | null;
  newestSeq: number;
};

/** The rows of the log, of which only those in view and around it exist. Keyed by the visit. */
export function LogList(props: LogListProps) {
  const { log, newestSeq, conversationId, chat, sending, changes, onEdit, canDeleteAll } = props;
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
  });

  const todayMs = startOfDay(useServerNow(MINUTE_MS));
  const written = useOutbox().of(conversationId);
  const isGroup = conversation?.isGroup ?? false;
  const people = useMemo(
    () => new Map(conversation?.members.map((member) => [member.userId, member])),
    [conversation?.members],
  );
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
  const elements = useMessageElements(
    useMemo(
      () => ({
        ...{
          viewerId,
          isGroup,
          people,
          members,
          nameOf,
          watch,
          changes,
          sending,
          onEdit,
          canDeleteAll,
        },
        todayMs,
      }),
      [
        viewerId,
        isGroup,
        people,
        members,
        nameOf,
        watch,
        changes,
        sending,
        onEdit,
        canDeleteAll,
        todayMs,
      ],
    ),
  );
  const [bufferPx, setBufferPx] = useState(BUFFER_MIN_PX);
  const [keptMounted, focusEvents] = useFocusedRow(rows);
  return (
    <>
      {/* Pushes few messages down to where the newest always are. */}
      <div className="flex-1" />
      <div {...focusEvents} className="contents">
        <Virtualizer
          ref={list}
          scrollRef={log}
          data={rows as MessageRow[]}
          shift={isShift}
          bufferSize={bufferPx}
          keepMounted={keptMounted}
          onResize={onResize}
          onScrollEnd={() => {
            onScrollEnd();
            if (list.current) setBufferPx(bufferOf(list.current, rows.length));
          }}
        >
          {(row) =>
            elements.render(row, {
              isRead: row.message.seq !== null && row.message.seq <= readUpToSeq,
              isNew: written.some((item) => item.clientMessageId === row.key),
              isMarked: row.message.seq !== null && row.message.seq === props.markedSeq,
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

/** As high as so many rows of this log are on average, in steps, so that it seldom changes. */
function bufferOf(list: VirtualizerHandle, rowCount: number): number {
  const averagePx = list.scrollSize / Math.max(1, rowCount);
  const wantedPx = Math.ceil((BUFFER_ROWS * averagePx) / 250) * 250;
  return Math.min(BUFFER_MAX_PX, Math.max(BUFFER_MIN_PX, wantedPx));
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

/** The row that holds the focus stays, however far one scrolls. */
function useFocusedRow(rows: readonly MessageRow[]) {
  const [focusedSeq, setFocusedSeq] = useState<number | null>(null);
  const events = useMemo(
    () => ({
      onFocus: (event: FocusEvent) => {
        const seq = event.target.closest<HTMLElement>("[data-seq]")?.dataset.seq;
        setFocusedSeq(seq === undefined ? null : Number(seq));
      },
      onBlur: () => setFocusedSeq(null),
    }),
    [],
  );
  const kept = useMemo(() => {
    if (focusedSeq === null) return undefined;
    const index = rows.findIndex(({ message }) => message.seq === focusedSeq);
    return index < 0 ? undefined : [index];
  }, [rows, focusedSeq]);
  return [kept, events] as const;
}
