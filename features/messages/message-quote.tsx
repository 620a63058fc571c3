import type { CSSProperties } from "react";
import { hueOf } from "@/components/ui/initials";
import { t } from "../language/t";
import type { Quote } from "./chat-message";
import { useTabStop } from "./tab-stop";

export type MessageQuoteProps = {
  quote: Quote;
  authorName: string;
  /** Shows the message that is quoted, where it stands. */
  onOpen: (quote: Quote) => void;
};

/** What a message answers, above it; a press leads there. */
export function MessageQuote({ quote, authorName, onOpen }: MessageQuoteProps) {
  const tabStop = useTabStop();
  return (
    <button
      type="button"
      tabIndex={tabStop}
      onClick={() => onOpen(quote)}
      className="mb-1 block w-full min-w-0 rounded-e-lg border-s-[3px] border-accent bg-code py-1 ps-2.5 pe-2 text-start text-meta"
    >
      <span
        className="person-name block truncate font-semibold"
        style={{ "--person-hue": hueOf(quote.senderId) } as CSSProperties}
      >
        <bdi>{authorName}</bdi>
      </span>
      <span className="line-clamp-2 wrap-anywhere">
        <bdi>{quote.isDeleted ? <i>{t("message.deleted")}</i> : quote.content}</bdi>
      </span>
    </button>
  );
}
