"use client";

import { useCallback, useMemo } from "react";
import { createRandomId } from "@/lib/random-id";
import { serverClock } from "../connection/server-clock";
import type { QuotedMessage } from "../outbox/quoted-message";
import { useOutbox } from "../outbox/use-outbox";

export type MessageSending = {
  /**
   * Shows the message at once and sends it as soon as that is possible.
   *
   * @returns `null` when too much is waiting: keep the text. Else settles when the message would
   * outlive the page.
   */
  send: (content: string, replyTo?: QuotedMessage) => Promise<void> | null;
  /** Sends a failed message again, under the same name. */
  retry: (clientMessageId: string) => void;
  /** Gives a failed message up. */
  discard: (clientMessageId: string) => void;
};

/** Sending in one conversation. */
export function useSendMessage(conversationId: string): MessageSending {
  const outbox = useOutbox();
  const send = useCallback(
    (content: string, replyTo?: QuotedMessage) =>
      outbox.add({
        clientMessageId: createRandomId(),
        conversationId,
        content,
        replyTo,
        createdAt: serverClock.now(),
      }),
    [conversationId, outbox],
  );
  const retry = useCallback(
    (clientMessageId: string) => outbox.requeue(clientMessageId, serverClock.now()),
    [outbox],
  );
  const discard = useCallback(
    (clientMessageId: string) => outbox.remove(clientMessageId),
    [outbox],
  );
  return useMemo(() => ({ send, retry, discard }), [send, retry, discard]);
}
