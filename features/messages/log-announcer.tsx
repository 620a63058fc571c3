"use client";

import { useEffect, useRef, useState } from "react";
import { t } from "../language/t";
import type { ChatState } from "./use-chat";

/** Speaks each message of somebody else once, when it arrives; never history, never own ones. */
export function LogAnnouncer({ chat }: { chat: ChatState }) {
  const { tail, viewerId, conversation, visit, isCopy } = chat;
  // What has come since a copy was made is history too.
  const isReady = visit !== null && !isCopy;
  const [spoken, setSpoken] = useState<{ seq: number; text: string } | null>(null);
  const lastSeq = useRef<number | null>(null);
  useEffect(() => {
    if (!isReady) return;
    const newest = tail.findLast(({ seq }) => seq !== null);
    const seq = newest?.seq ?? 0;
    const known = lastSeq.current;
    lastSeq.current = seq;
    if (known === null || !newest || seq <= known) return;
    if (newest.senderId === viewerId || newest.isDeleted) return;
    const author = conversation?.members.find(({ userId }) => userId === newest.senderId);
    const name = author?.name || t("people.someone");
    setSpoken({ seq, text: t("message.said", { name, text: newest.content.slice(0, 300) }) });
  }, [tail, viewerId, conversation, isReady]);
  // What has been deleted since is no longer there to be found either.
  const isGone = tail.some((message) => message.seq === spoken?.seq && message.isDeleted);
  return (
    <div aria-live="polite" aria-atomic="true" className="sr-only">
      {isGone ? "" : spoken?.text}
    </div>
  );
}
