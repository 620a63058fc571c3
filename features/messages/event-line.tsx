import { formatFull } from "@/lib/dates";
import type { ChatMessage } from "./chat-message";
import { eventText, type GroupEvent } from "./event-text";
import { useTabStop } from "./tab-stop";
import type { Seen } from "./use-message-visibility";

export type EventLineProps = {
  message: ChatMessage;
  event: GroupEvent;
  viewerId: string;
  nameOf: (userId: string) => string;
  watch: (element: HTMLElement | null, seen: Seen) => (() => void) | undefined;
};

/** What happened to the group, between the messages. */
export function EventLine({ message, event, viewerId, nameOf, watch }: EventLineProps) {
  const { id, seq, senderId, sentAt } = message;
  return (
    <article
      ref={(element) => {
        if (id !== null && seq !== null) return watch(element, { messageId: id, seq });
      }}
      data-seq={seq ?? undefined}
      tabIndex={useTabStop()}
      className="rounded-row py-1.5 text-center text-caption text-muted outline-offset-[-2px] focus-visible:shadow-none"
    >
      <time dateTime={new Date(sentAt).toISOString()} title={formatFull(sentAt)}>
        <bdi>{eventText(event, senderId, { viewerId, nameOf })}</bdi>
      </time>
    </article>
  );
}
