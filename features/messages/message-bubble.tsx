import type { CSSProperties } from "react";
import { hueOf } from "@/components/ui/initials";
import { cn } from "@/lib/cn";
import { formatFull, formatTime } from "@/lib/dates";
import { currentLanguage, directionOf } from "@/lib/language";
import { t } from "../language/t";
import type { ChatMessage, Quote } from "./chat-message";
import { MessageQuote } from "./message-quote";
import { MessageText } from "./message-text";
import { MessageTicks } from "./message-ticks";
import type { Mentionable } from "./rich-text";
import { useTabStop } from "./tab-stop";
import { countBigEmoji } from "./text-parts";

export type MessageBubbleProps = {
  message: ChatMessage;
  isMine: boolean;
  isRead: boolean;
  showsName: boolean;
  /** The last of its group points at its speaker. */
  hasCorner: boolean;
  authorName: string;
  /** Who can be mentioned. */
  members: readonly Mentionable[];
  nameOf: (userId: string) => string;
  onOpenQuote: (quote: Quote, from: ChatMessage) => void;
  onShowHistory: (message: ChatMessage) => void;
  viewerId: string;
};

/** What was said, when, and how far it came; the time floats into the last line. */
export function MessageBubble(props: MessageBubbleProps) {
  const { message, isMine, showsName, hasCorner, authorName } = props;
  const { content, isDeleted, senderId } = message;
  const bigEmoji = isDeleted || message.quote ? 0 : countBigEmoji(content);
  const hasGround = !isDeleted && bigEmoji === 0;
  const isFailed = message.delivery.kind === "failed";
  return (
    <div
      className={cn(
        "relative max-w-full min-w-0",
        hasGround && "rounded-bubble px-[13px] pt-2 pb-[7px] shadow-bubble",
        hasGround && (isMine ? "bg-mine" : "bg-theirs"),
        hasGround && hasCorner && (isMine ? "rounded-ee-[6px]" : "rounded-es-[6px]"),
        isDeleted && "rounded-bubble border border-line px-[13px] py-[7px]",
        isFailed && "outline-[1.5px] outline-danger",
        // Without a ground there is no edge for reactions to lie on, only the time.
        !hasGround && !isDeleted && message.reactions.length > 0 && "pb-2",
        // What is not sent yet looks lighter, without becoming hard to read.
        message.delivery.kind === "sending" && "opacity-90",
      )}
    >
      {showsName ? (
        <p
          className="person-name mb-px truncate text-meta font-semibold"
          style={{ "--person-hue": hueOf(senderId) } as CSSProperties}
        >
          <bdi>{authorName}</bdi>
        </p>
      ) : (
        <span className="sr-only">{isMine ? t("message.you") : authorName}: </span>
      )}
      {message.quote && !isDeleted && (
        <MessageQuote
          quote={message.quote}
          authorName={props.nameOf(message.quote.senderId)}
          onOpen={(quote) => props.onOpenQuote(quote, message)}
        />
      )}
      {/* The text and its time share a block that takes the text's own direction. */}
      <div dir="auto" className="bidi-text overflow-x-clip">
        {isDeleted ? (
          <span className="text-preview text-muted italic">{t("message.deleted")}</span>
        ) : bigEmoji > 0 ? (
          <span
            className={cn("block leading-[1.15]", bigEmoji === 1 ? "text-[46px]" : "text-[36px]")}
          >
            {content.trim()}
          </span>
        ) : (
          <MessageText
            messageKey={message.key}
            text={content}
            members={props.members}
            viewerId={props.viewerId}
          />
        )}
        <MessageMeta {...props} isFloating={hasGround || isDeleted} />
      </div>
    </div>
  );
}

function MessageMeta(props: MessageBubbleProps & { isFloating: boolean }) {
  const tabStop = useTabStop();
  const { message, isMine, isRead, isFloating } = props;
  const sentAt = new Date(message.sentAt);
  return (
    <span
      className={cn(
        "tabular items-center gap-[3px] text-time leading-none select-none",
        isFloating ? "float-end ms-3 mt-[7px] mb-px inline-flex" : "flex justify-end pt-1",
        isMine && isFloating && !message.isDeleted ? "text-on-mine-muted" : "text-muted",
      )}
    >
      {message.editedAt !== null && !message.isDeleted && (
        <button
          type="button"
          tabIndex={tabStop}
          title={t("message.editedAt", { time: formatFull(message.editedAt) })}
          onClick={() => props.onShowHistory(message)}
          className="relative before:absolute before:-inset-x-1 before:-inset-y-2 before:content-[''] hover:underline"
        >
          {t("message.edited")}
        </button>
      )}
      {/* In the direction of the page, whatever that of the text beside it. */}
      <time
        dir={directionOf(currentLanguage())}
        dateTime={sentAt.toISOString()}
        title={formatFull(message.sentAt)}
      >
        {formatTime(message.sentAt)}
      </time>
      {isMine && !message.isDeleted && <MessageTicks delivery={message.delivery} isRead={isRead} />}
    </span>
  );
}
