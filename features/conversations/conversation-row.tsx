"use client";

import { ChevronDown, Clock, TriangleAlert } from "lucide-react";
import { memo, useId, useRef } from "react";
import { Avatar } from "@/components/ui/avatar";
import { cn } from "@/lib/cn";
import { formatFull, formatListTime } from "@/lib/dates";
import { t } from "../language/t";
import { conversationHref, isPlainClick, openConversation } from "../navigation/open-conversation";
import { PresenceDot, presenceText } from "../presence/presence-marks";
import type { PresenceStatus } from "../presence/presence-status";
import { MarkedText } from "../search/marked-text";
import { RESULT } from "../search/result-keys";
import type { Preview } from "./conversation-look";
import { useHold } from "./use-hold";
import { unreadText } from "./use-unread-counts";

/** What the second line says, most urgent first. */
export type RowPreview =
  | { kind: "typing"; text: string }
  | { kind: "failed"; text: string }
  | ({ kind: "sending" } & Preview)
  | { kind: "draft"; text: string }
  | ({ kind: "message"; isQuiet: boolean } & Preview);

export type ConversationRowProps = {
  conversationId: string;
  title: string;
  avatarId: string;
  imageUrl: string | null;
  preview: RowPreview;
  lastMessageAt: number;
  /** Midnight of today: a row looks different only when the day changes. */
  todayMs: number;
  unreadCount: number;
  presence: PresenceStatus | undefined;
  isOpen: boolean;
  /** What the list is searched for. */
  search?: string;
  isGroup: boolean;
  /** The other person of a one-to-one conversation. */
  otherUserId: string | null;
  isBlocked: boolean;
  /** Tab stops at it; the arrow keys lead to the others. */
  isTabStop?: boolean;
  /** What is to be known about the other person before what was said. */
  note: string | null;
};

export type OpenRowMenu = (
  conversationId: string,
  at: { x: number; y: number },
  returnFocusTo: HTMLElement | null,
) => void;

/** What the list alone asks of its rows. */
type OwnRowProps = { onMenu?: OpenRowMenu; onFocus?: (conversationId: string) => void };

/** One conversation of the list. */
export const ConversationRow = memo(
  function ConversationRow(props: ConversationRowProps & OwnRowProps) {
    const {
      conversationId,
      title,
      avatarId,
      imageUrl,
      preview,
      presence,
      unreadCount,
      isOpen,
      search,
    } = props;
    const id = useId();
    const link = useRef<HTMLAnchorElement>(null);
    const openMenu = (at: { x: number; y: number }) =>
      props.onMenu?.(conversationId, at, link.current);
    const hold = useHold(openMenu);
    const tabIndex = props.isTabStop === false ? -1 : undefined;
    const time = formatListTime(props.lastMessageAt, props.todayMs, {
      today: t("day.today"),
      yesterday: t("day.yesterday"),
    });
    return (
      <li
        data-unread={unreadCount > 0 || undefined}
        className="group/row relative px-2"
        onFocus={() => props.onFocus?.(conversationId)}
        onContextMenu={(event) => {
          if (!props.onMenu) return;
          event.preventDefault();
          openMenu({ x: event.clientX, y: event.clientY });
        }}
      >
        <a
          {...RESULT}
          ref={link}
          tabIndex={tabIndex}
          {...hold}
          href={conversationHref(conversationId)}
          // The name alone names the link; the rest describes it.
          aria-labelledby={`${id}-name`}
          aria-describedby={`${id}-more ${id}-end`}
          aria-current={isOpen ? "page" : undefined}
          onClick={(event) => {
            if (!isPlainClick(event)) return;
            event.preventDefault();
            if (!isOpen) openConversation(conversationId);
          }}
          className={cn(
            "group grid min-h-[68px] grid-cols-[48px_minmax(0,1fr)_auto] items-center gap-3 rounded-row px-3 py-2.5",
            "transition-colors duration-150 outline-offset-[-2px] touch:select-none touch:[-webkit-touch-callout:none]",
            isOpen ? "bg-accent-soft" : "hover:bg-hover",
          )}
        >
          <Avatar id={avatarId} name={title} imageUrl={imageUrl}>
            <PresenceDot status={presence} />
          </Avatar>
          <span className="min-w-0">
            <span id={`${id}-name`} className="flex font-semibold">
              <span dir="auto" className="min-w-0 truncate">
                {search ? <MarkedText text={title} search={search} /> : title}
              </span>
            </span>
            <span
              id={`${id}-more`}
              className="flex min-w-0 items-center gap-1 text-preview text-muted"
            >
              {presence === "active" && <span className="sr-only">{presenceText(presence)}, </span>}
              {props.note !== null && (
                <span className="shrink-0 rounded-md bg-rail px-1.5 text-caption">
                  {props.note}
                </span>
              )}
              <PreviewLine preview={preview} isUnread={unreadCount > 0} />
            </span>
          </span>
          <span
            id={`${id}-end`}
            className="tabular grid justify-items-end gap-1.5 self-start pt-0.5 text-caption text-muted"
          >
            <time
              dateTime={new Date(props.lastMessageAt).toISOString()}
              title={formatFull(props.lastMessageAt)}
            >
              {time}
            </time>
            {unreadCount > 0 && (
              <span className="grid h-[21px] min-w-[21px] animate-appear grid-flow-col place-content-center rounded-full bg-accent px-1.5 text-caption font-title text-on-accent">
                <span aria-hidden="true">{unreadText(unreadCount)}</span>
                <span className="sr-only">
                  {t(props.isGroup ? "list.unreadIn" : "list.unreadFrom", {
                    count: unreadCount,
                    name: title,
                  })}
                </span>
              </span>
            )}
          </span>
        </a>
        {props.onMenu && (
          <button
            type="button"
            tabIndex={tabIndex}
            aria-label={t("row.menu")}
            aria-describedby={`${id}-name`}
            aria-haspopup="menu"
            title={t("row.menu")}
            onClick={({ currentTarget }) => {
              const box = currentTarget.getBoundingClientRect();
              openMenu({ x: box.left, y: box.bottom });
            }}
            className="absolute end-4 bottom-2 grid size-7 place-items-center rounded-full bg-surface text-muted opacity-0 shadow-bubble transition-opacity duration-150 hover:text-ink focus-visible:opacity-100 group-hover/row:opacity-100 touch:sr-only"
          >
            <ChevronDown size={17} aria-hidden="true" />
          </button>
        )}
      </li>
    );
  },
  (before, after) => {
    const { preview: a, ...rest } = before;
    const { preview: b, ...restAfter } = after;
    return (
      a.kind === b.kind &&
      a.text === b.text &&
      whoOf(a) === whoOf(b) &&
      (Object.keys(rest) as (keyof typeof rest)[]).every((key) =>
        Object.is(rest[key], restAfter[key]),
      )
    );
  },
);

function whoOf(preview: RowPreview): string | null {
  return "who" in preview ? preview.who : null;
}

function PreviewLine({ preview, isUnread }: { preview: RowPreview; isUnread: boolean }) {
  switch (preview.kind) {
    case "typing":
      return <Line className="font-medium text-accent" text={preview.text} />;
    case "draft":
      return (
        <>
          <span className="shrink-0 font-medium text-accent">{t("list.draft")}</span>
          <Line text={preview.text} />
        </>
      );
    case "failed":
      return (
        <>
          <TriangleAlert size={14} aria-hidden="true" className="shrink-0 text-danger" />
          <span className="shrink-0 font-medium text-danger">{t("list.failed")}</span>
          <Line text={preview.text} />
        </>
      );
    case "sending":
      return (
        <>
          <Clock
            size={13}
            aria-label={t("list.pending")}
            role="img"
            className="shrink-0 text-faint"
          />
          <Who who={preview.who} />
          <Line text={preview.text} />
        </>
      );
    case "message":
      return (
        <>
          <Who who={preview.who} className={cn(isUnread && "font-medium text-ink")} />
          <Line
            className={cn(preview.isQuiet && "italic", isUnread && "font-medium text-ink")}
            text={preview.text}
          />
        </>
      );
  }
  return preview satisfies never;
}

/** Who said what follows: in the page's direction, so that the colon stands between the two. */
function Who({ who, className }: { who: string | null; className?: string }) {
  if (who === null) return null;
  return <span className={cn("max-w-[60%] shrink-0 truncate", className)}>{who} </span>;
}

/** Foreign text in a row: isolated, cut at its end, and at the row's start in either direction. */
function Line({ text, className }: { text: string; className?: string }) {
  return (
    <span dir="auto" className={cn("min-w-0 truncate", className)}>
      {text}
    </span>
  );
}
