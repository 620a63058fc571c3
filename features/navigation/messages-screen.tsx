"use client";

import { MessageCircle } from "lucide-react";
import dynamic from "next/dynamic";
import { useEffect, useMemo, useRef, useState } from "react";
import { Notice } from "@/components/ui/notice";
import { ConversationList, NO_SEARCH } from "../conversations/conversation-list";
import { t } from "../language/t";
import { Chat } from "../messages/chat";
import { useOpenConversationId } from "./open-conversation";
import { useIsWide } from "./use-media";

// The sliding panels bring an animation library along, which wide screens never need.
const SlidingPanels = dynamic(() => import("./sliding-panels").then((room) => room.SlidingPanels));

/** The messages page: the list beside the chat, or one of the two where there is room for one. */
export function MessagesScreen() {
  const conversationId = useOpenConversationId();
  const isWide = useIsWide();
  const [search, setSearch] = useState(NO_SEARCH);
  const lastOpen = useRef<string | null>(null);
  useEffect(() => {
    lastOpen.current = conversationId;
  }, [conversationId]);
  const list = (
    <ConversationList
      openId={conversationId}
      returnTo={conversationId === null ? lastOpen.current : null}
      search={search}
      onSearch={setSearch}
    />
  );
  // The list first, alone: with the chat it would take a slow phone twice as long to show anything.
  const [isListDrawn, setIsListDrawn] = useState(false);
  useEffect(() => setIsListDrawn(true), []);
  // The same element while one types into the search: the chat has nothing to do with it.
  const chat = useMemo(
    () =>
      conversationId === null ? null : (
        <Chat key={conversationId} conversationId={conversationId} isAlone={!isWide} />
      ),
    [conversationId, isWide],
  );
  if (!isWide) return <SlidingPanels list={list} chat={chat} chatKey={conversationId} />;
  return (
    <div className="grid h-full grid-cols-[340px_minmax(0,1fr)]">
      <div className="min-h-0 border-e border-line">{list}</div>
      {isListDrawn && chat}
      {chat === null && (
        <main className="h-full min-h-0">
          <Notice
            icon={<MessageCircle size={26} strokeWidth={1.8} aria-hidden="true" />}
            title={t("chat.pick.title")}
            text={t("chat.pick.text")}
          />
        </main>
      )}
    </div>
  );
}
