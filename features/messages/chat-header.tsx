"use client";

import { ChevronLeft, Info, Search } from "lucide-react";
import { type Ref, useEffect, useMemo, useRef } from "react";
import { Avatar } from "@/components/ui/avatar";
import { IconButton } from "@/components/ui/icon-button";
import { Bone } from "@/components/ui/skeleton";
import { t } from "../language/t";
import { closeConversation } from "../navigation/open-conversation";
import { PresenceText } from "../presence/presence-marks";
import { usePresence } from "../presence/use-presence";
import type { Conversation } from "./use-chat";

export type ChatHeaderProps = {
  /** `undefined` while it loads. */
  conversation: Conversation | undefined;
  viewerId: string | null;
  /** The chat has the screen to itself, so there must be a way back. */
  isAlone: boolean;
  onSearch: () => void;
  isDetailsOpen: boolean;
  detailsButton: Ref<HTMLButtonElement>;
  onOpenDetails: () => void;
};

/** Who one is talking to, and whether they are there. */
export function ChatHeader(props: ChatHeaderProps) {
  const { conversation, viewerId, isAlone, onSearch } = props;
  return (
    <header className="relative flex h-[68px] items-center gap-3 border-b border-line bg-surface px-5 max-wide:h-[60px] max-wide:gap-2.5 max-wide:px-2">
      {isAlone && (
        <IconButton label={t("chat.back")} onClick={closeConversation} className="z-[1] text-ink">
          <ChevronLeft size={24} aria-hidden="true" className="rtl:-scale-x-100" />
        </IconButton>
      )}
      {conversation ? (
        <>
          <KnownHeader conversation={conversation} viewerId={viewerId} isAlone={isAlone} />
          <IconButton
            ref={props.detailsButton}
            label={t("details.open")}
            aria-expanded={props.isDetailsOpen}
            onClick={props.onOpenDetails}
            // The whole header is its target.
            className="before:absolute before:inset-0 before:content-['']"
          >
            <Info size={20} aria-hidden="true" />
          </IconButton>
        </>
      ) : (
        <>
          <Bone className="size-10 rounded-full" />
          <Bone className="h-4 w-36 rounded-full" />
        </>
      )}
      {conversation && (
        <IconButton label={t("chatSearch.open")} onClick={onSearch} className="z-[1] ms-auto">
          <Search size={20} aria-hidden="true" />
        </IconButton>
      )}
    </header>
  );
}

type GroupPresenceProps = { conversation: Conversation; viewerId: string | null };

function KnownHeader(props: GroupPresenceProps & { isAlone: boolean }) {
  const { conversation, viewerId, isAlone } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The chat has taken the list's place, and the focus went with the list.
    if (isAlone) heading.current?.focus({ preventScroll: true });
  }, [isAlone]);
  const { isGroup, title, otherUser, conversationId } = conversation;
  const name = title || t(isGroup ? "group.untitled" : "people.someone");
  return (
    <>
      <Avatar
        id={isGroup ? conversationId : (otherUser?.clerkId ?? conversationId)}
        name={name}
        imageUrl={otherUser?.imageUrl ?? null}
        size="md"
      />
      <div className="min-w-0 flex-1">
        <h2
          ref={heading}
          tabIndex={-1}
          className="truncate text-title leading-tight font-title outline-none focus-visible:shadow-none"
        >
          <bdi>{name}</bdi>
        </h2>
        <p className="truncate text-meta leading-snug text-muted">
          {isGroup ? (
            <GroupPresence conversation={conversation} viewerId={viewerId} />
          ) : (
            otherUser && <PersonLine person={otherUser} />
          )}
          &#8203;
        </p>
      </div>
    </>
  );
}

/** Whether the other person is here, and what they say about themselves. */
function PersonLine({ person }: { person: NonNullable<Conversation["otherUser"]> }) {
  const status = usePresence([person.clerkId]).get(person.clerkId);
  return (
    <>
      <PresenceText status={status} />
      {status && person.statusText && " · "}
      <bdi>{person.statusText}</bdi>
    </>
  );
}

function GroupPresence({ conversation, viewerId }: GroupPresenceProps) {
  const others = useMemo(
    () => conversation.members.map(({ userId }) => userId).filter((id) => id !== viewerId),
    [conversation.members, viewerId],
  );
  const presence = usePresence(others);
  const active = others.filter((userId) => presence.get(userId) === "active").length;
  return (
    <>
      {t("presence.group", { count: conversation.memberCount })}
      {active > 0 && (
        <>
          {", "}
          <span className="font-medium text-online-ink">
            {t("presence.groupActive", { count: active })}
          </span>
        </>
      )}
    </>
  );
}
