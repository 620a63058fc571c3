"use client";

import { useEffect, useRef, useState } from "react";
import { t } from "../language/t";
import type { ChatMessage } from "./chat-message";
import { eventText } from "./event-text";
import type { ChatState } from "./use-chat";

/** Of more that come at once only the newest are spoken; the rest is there to be read. */
const SPOKEN_MAX = 5;
const SPOKEN_UNITS_MAX = 300;

type Spoken = { seq: number; text: string };

/** Speaks each message of somebody else once, when it arrives; never history, never own ones. */
export function LogAnnouncer({ chat }: { chat: ChatState }) {
  const { tail, viewerId, conversation, visit, isCopy } = chat;
  // What has come since a copy was made is history too.
  const isReady = visit !== null && !isCopy;
  const [spoken, setSpoken] = useState<readonly Spoken[]>([]);
  const lastSeq = useRef<number | null>(null);
  useEffect(() => {
    if (!isReady) return;
    const known = lastSeq.current;
    lastSeq.current = tail.findLast(({ seq }) => seq !== null)?.seq ?? 0;
    if (known === null) return;
    const nameOf = (userId: string) =>
      conversation?.members.find((member) => member.userId === userId)?.name || t("people.someone");
    const textOf = ({ event, senderId, content }: ChatMessage) =>
      event
        ? eventText(event, senderId, { viewerId, nameOf })
        : t("message.said", {
            name: nameOf(senderId),
            text: content.slice(0, SPOKEN_UNITS_MAX),
          });
    const come = tail.flatMap((message) => {
      const { seq, senderId, isDeleted } = message;
      const isSilent = seq === null || seq <= known || senderId === viewerId || isDeleted;
      return isSilent ? [] : [{ seq, text: textOf(message) }];
    });
    if (come.length > 0) setSpoken((before) => [...before, ...come].slice(-SPOKEN_MAX));
  }, [tail, viewerId, conversation, isReady]);
  // What has been deleted since is no longer there to be found either.
  const gone = new Set(tail.flatMap(({ seq, isDeleted }) => (isDeleted ? [seq] : [])));
  return (
    <div aria-live="polite" aria-relevant="additions" className="sr-only">
      {spoken
        .filter(({ seq }) => !gone.has(seq))
        .map(({ seq, text }) => (
          <p key={seq}>{text}</p>
        ))}
    </div>
  );
}
