"use client";

import { useQuery } from "convex/react";
import { memo } from "react";
import { Avatar } from "@/components/ui/avatar";
import { api } from "@/convex/_generated/api";
import { formatFull, formatListTime } from "@/lib/dates";
import type { ConversationLook } from "../conversations/conversation-look";
import { t } from "../language/t";
import { conversationHref, isPlainClick, openConversation } from "../navigation/open-conversation";
import { MarkedText } from "./marked-text";
import { RESULT } from "./result-keys";
import type { MessageHit } from "./use-message-search";

export type HitRowProps = {
  hit: MessageHit;
  search: string;
  /** Of its conversation; `undefined` when the list has not come so far. */
  look: ConversationLook | undefined;
  /** Who said it; `undefined` while that is unknown, and where nobody has to be told. */
  sender: string | undefined;
  todayMs: number;
};

/** One message that was found; leads to it in its conversation. */
export const HitRow = memo(function HitRow(props: HitRowProps) {
  const { hit, look } = props;
  return look ? <KnownHit {...props} look={look} /> : <FarHit key={hit.messageId} {...props} />;
});

/** A hit in a conversation so far down the list that it has to be asked for. */
function FarHit(props: HitRowProps) {
  const { conversationId } = props.hit;
  const conversation = useQuery(api.conversations.getConversation, { conversationId });
  const { title, isGroup, otherUser } = conversation ?? {};
  const look = {
    title: title || t(isGroup ? "group.untitled" : "people.someone"),
    imageUrl: otherUser?.imageUrl ?? null,
    avatarId: otherUser?.clerkId ?? conversationId,
  };
  return <KnownHit {...props} look={look} />;
}

function KnownHit({
  hit,
  search,
  look,
  sender,
  todayMs,
}: HitRowProps & { look: ConversationLook }) {
  const { conversationId, messageId, sentAt } = hit;
  // In a chat of two the title says already who else can have said it.
  const isGroup = look.avatarId === conversationId;
  return (
    <li className="px-2">
      <a
        {...RESULT}
        href={conversationHref(conversationId, messageId)}
        onClick={(event) => {
          if (!isPlainClick(event)) return;
          event.preventDefault();
          openConversation(conversationId, messageId);
        }}
        className="grid min-h-[68px] grid-cols-[40px_minmax(0,1fr)] items-center gap-3 rounded-row px-3 py-2.5 outline-offset-[-2px] transition-colors duration-150 hover:bg-hover"
      >
        <Avatar id={look.avatarId} name={look.title} imageUrl={look.imageUrl} size="md" />
        <span className="min-w-0">
          <span className="flex items-baseline gap-2">
            <span className="min-w-0 flex-1 truncate font-semibold">
              <bdi>{look.title}</bdi>
            </span>
            <time
              dateTime={new Date(sentAt).toISOString()}
              title={formatFull(sentAt)}
              className="tabular shrink-0 text-caption text-muted"
            >
              {formatListTime(sentAt, todayMs, {
                today: t("day.today"),
                yesterday: t("day.yesterday"),
              })}
            </time>
          </span>
          <span className="line-clamp-2 text-preview text-muted wrap-anywhere">
            {sender && (isGroup || sender === t("message.you")) && (
              <>
                <bdi>{sender}</bdi>
                {": "}
              </>
            )}
            <bdi>
              <MarkedText text={hit.excerpt} search={search} />
            </bdi>
          </span>
        </span>
      </a>
    </li>
  );
}
