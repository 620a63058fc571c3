"use client";

import { Check } from "lucide-react";
import { memo, useRef } from "react";
import { Avatar } from "@/components/ui/avatar";
import { cn } from "@/lib/cn";
import { t } from "../language/t";
import { isTouch } from "../navigation/use-media";
import { type ChatMessage, isSameMessage, type Quote } from "./chat-message";
import { MessageActions, type MessageActionsHandle } from "./message-actions";
import type { MessageActs } from "./message-acts";
import { MessageBubble } from "./message-bubble";
import { QUICK_REACTIONS } from "./reaction-groups";
import { Reactions } from "./reactions";
import type { Mentionable } from "./rich-text";
import { useTabStop } from "./tab-stop";
import type { MessageChanges } from "./use-message-changes";
import { useMessageTouch } from "./use-message-touch";
import type { Seen } from "./use-message-visibility";
import type { MessageSending } from "./use-send-message";

export type MessageItemProps = {
  message: ChatMessage;
  startsGroup: boolean;
  endsGroup: boolean;
  isMine: boolean;
  /** In groups everybody else is named and pictured; in a talk of two it is plain who speaks. */
  isInGroup: boolean;
  isRead: boolean;
  canDelete: boolean;
  viewerId: string;
  author: { name: string; imageUrl: string | null };
  /** Just written here: it rises into place. */
  isNew: boolean;
  /** Messages are being selected, and whether this one is. */
  isSelecting: boolean;
  isSelected: boolean;
  /** Just jumped to: it stands out for a moment. */
  isMarked: boolean;
  members: readonly Mentionable[];
  nameOf: (userId: string) => string;
  watch: (element: HTMLElement | null, seen: Seen) => (() => void) | undefined;
  changes: MessageChanges;
  sending: MessageSending;
  acts: MessageActs;
  onOpenQuote: (quote: Quote, from: ChatMessage) => void;
};

/** One message of the log with its reactions and its menu. */
export const MessageItem = memo(
  function MessageItem(props: MessageItemProps) {
    const { message, startsGroup, endsGroup, isMine, isInGroup, author, viewerId } = props;
    const { id, seq, senderId, delivery } = message;
    const actions = useRef<MessageActionsHandle>(null);
    const tabStop = useTabStop();
    const { isSelecting, acts } = props;
    const isThere = id !== null && !message.isDeleted;
    const canAct = isThere && !isSelecting;
    const touch = useMessageTouch({
      onSwipe: () => canAct && acts.reply(message),
      onDoubleTap: () => canAct && props.changes.react(id, QUICK_REACTIONS[0]),
      onHold: () => canAct && acts.select(message, false),
    });
    const showsPicture = isInGroup && !isMine;
    return (
      <article
        ref={(element) => {
          if (id === null || seq === null || isMine) return;
          return props.watch(element, { messageId: id, seq });
        }}
        data-seq={seq ?? undefined}
        // A tap gives the message the focus, which shows its menu where there is no hovering.
        tabIndex={tabStop}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.target !== event.currentTarget) return;
          event.preventDefault();
          if (isSelecting && isThere) acts.select(message, event.shiftKey);
          else actions.current?.open();
        }}
        {...touch}
        onContextMenu={(event) => isTouch() && event.preventDefault()}
        onClickCapture={(event) => {
          const isOnBox = event.target instanceof HTMLInputElement;
          if (!isSelecting || isOnBox) return;
          // While one selects, nothing in a message does what it does else.
          event.preventDefault();
          event.stopPropagation();
          if (isThere) acts.select(message, event.shiftKey);
        }}
        className={cn(
          "group/message touch-pan-y flex w-full [contain:layout_style] items-end gap-2.5 rounded-row outline-offset-[-2px] focus-visible:shadow-none",
          startsGroup ? "pt-3" : "pt-0.5",
          isMine && "flex-row-reverse",
          isSelecting && "relative cursor-pointer ps-11 select-none",
          props.isSelected && "bg-accent-soft",
          props.isNew && "animate-rise",
          props.isMarked && "animate-mark",
        )}
      >
        {isSelecting && isThere && (
          <SelectBox
            isSelected={props.isSelected}
            onToggle={(isRange) => acts.select(message, isRange)}
          />
        )}
        {showsPicture && (
          <span className="w-8 shrink-0 self-end">
            {endsGroup && (
              <Avatar id={senderId} name={author.name} imageUrl={author.imageUrl} size="sm" />
            )}
          </span>
        )}
        <div
          className={cn(
            "flex min-w-0 max-w-[min(68%,640px)] flex-col max-wide:max-w-[84%]",
            isMine ? "items-end" : "items-start",
          )}
        >
          <MessageBubble
            message={message}
            isMine={isMine}
            isRead={props.isRead}
            showsName={showsPicture && startsGroup}
            hasCorner={endsGroup}
            authorName={author.name}
            members={props.members}
            nameOf={props.nameOf}
            onOpenQuote={props.onOpenQuote}
            onShowHistory={acts.showHistory}
            viewerId={viewerId}
          />
          {message.reactions.length > 0 && (
            <Reactions
              reactions={message.reactions}
              viewerId={viewerId}
              nameOf={props.nameOf}
              onToggle={(emoji) => id !== null && props.changes.react(id, emoji)}
            />
          )}
          {delivery.kind === "failed" && (
            <FailedNote
              reason={delivery.reason}
              onRetry={() => props.sending.retry(message.key)}
              onDiscard={() => props.sending.discard(message.key)}
            />
          )}
        </div>
        {canAct && (
          <MessageActions
            ref={actions}
            message={{ ...message, id }}
            canEdit={isMine}
            canDelete={isMine || props.canDelete}
            changes={props.changes}
            acts={acts}
          />
        )}
      </article>
    );
  },
  (before, after) => {
    const { message: a, author: authorA, ...rest } = before;
    const { message: b, author: authorB, ...restAfter } = after;
    return (
      isSameMessage(a, b) &&
      authorA.name === authorB.name &&
      authorA.imageUrl === authorB.imageUrl &&
      (Object.keys(rest) as (keyof typeof rest)[]).every((key) =>
        Object.is(rest[key], restAfter[key]),
      )
    );
  },
);

function SelectBox(props: { isSelected: boolean; onToggle: (isRange: boolean) => void }) {
  return (
    <span className="absolute start-2 bottom-1.5 grid size-6 place-items-center">
      <input
        type="checkbox"
        aria-label={t("message.select")}
        checked={props.isSelected}
        onChange={({ nativeEvent }) =>
          props.onToggle(nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
        }
        className="peer size-6 cursor-pointer appearance-none rounded-full border-2 border-faint checked:border-accent checked:bg-accent"
      />
      <Check
        size={14}
        strokeWidth={3}
        aria-hidden="true"
        className="pointer-events-none absolute text-on-accent opacity-0 peer-checked:opacity-100"
      />
    </span>
  );
}

type FailedNoteProps = { reason: string; onRetry: () => void; onDiscard: () => void };

function FailedNote({ reason, onRetry, onDiscard }: FailedNoteProps) {
  const action = "min-h-8 rounded-lg px-2 font-semibold touch:min-h-11";
  return (
    <div className="mt-1 flex flex-wrap items-center justify-end gap-x-1 text-meta">
      <span role="alert" className="px-1 text-danger">
        {reason}
      </span>
      <button type="button" onClick={onRetry} className={cn(action, "text-accent hover:bg-hover")}>
        {t("message.retry")}
      </button>
      <button type="button" onClick={onDiscard} className={cn(action, "text-muted hover:bg-hover")}>
        {t("message.discard")}
      </button>
    </div>
  );
}
