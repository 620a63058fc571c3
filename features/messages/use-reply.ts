"use client";

import { useEffect, useMemo, useState } from "react";
import { useIdentity } from "@/auth/use-identity";
import type { QuotedMessage } from "../outbox/quoted-message";
import { asQuoted, type ChatMessage } from "./chat-message";
import { drafts } from "./use-draft";

export type Reply = {
  /** What the next message answers. */
  quoted: QuotedMessage | null;
  start: (message: ChatMessage) => void;
  end: () => void;
  /** The answer was sent: the quote goes, and from the storage once the message is safe there. */
  sent: (kept: Promise<void>) => void;
  /** Answers the message before or after the one that is answered now; after the last one, none. */
  step: (by: -1 | 1) => void;
};

/**
 * What the message being written answers. It is kept with the draft. A message that is deleted
 * meanwhile is not answered any more.
 *
 * @param messages What can be answered, oldest first.
 */
export function useReply(conversationId: string, messages: readonly ChatMessage[]): Reply {
  const { userId } = useIdentity();
  const owner = userId ?? "";
  const [quoted, setQuoted] = useState(() => drafts.readReply(owner, conversationId));
  const [latest] = useState(() => ({ messages, quoted }));
  latest.messages = messages;
  latest.quoted = quoted;

  const isGone =
    quoted !== null && messages.some(({ id, isDeleted }) => id === quoted.messageId && isDeleted);
  const acts = useMemo(() => {
    const keep = (next: QuotedMessage | null) => {
      setQuoted(next);
      drafts.writeReply(owner, conversationId, next);
    };
    const start = (message: ChatMessage) => keep(asQuoted(message));
    return {
      start,
      end: () => keep(null),
      sent(kept: Promise<void>) {
        setQuoted(null);
        // By then another answer may have been begun.
        kept.then(() => drafts.writeReply(owner, conversationId, latest.quoted));
      },
      step(by: -1 | 1) {
        const able = latest.messages.filter(
          ({ id, isDeleted, event }) => id !== null && !isDeleted && event === null,
        );
        const at = able.findIndex(({ id }) => id === latest.quoted?.messageId);
        const next = at < 0 ? (by < 0 ? able.length - 1 : -1) : at + by;
        const message = able[Math.max(0, next)];
        if (next >= able.length) keep(null);
        else if (message && (at >= 0 || by < 0)) start(message);
      },
    };
  }, [owner, conversationId, latest]);
  useEffect(() => {
    if (isGone) acts.end();
  }, [isGone, acts]);
  return useMemo(() => ({ quoted, ...acts }), [quoted, acts]);
}
