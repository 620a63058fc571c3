"use client";

import { type ConvexReactClient, useConvex } from "convex/react";
import { useCallback, useMemo } from "react";
import { api } from "@/convex/_generated/api";
import { createRandomId } from "@/lib/random-id";
import { refusalOf } from "@/shared/error-codes";
import { errorText } from "@/shared/error-text";
import { serverClock } from "../connection/server-clock";
import { t } from "../language/t";
import type { Outbox, OutboxItem } from "./outbox";
import { useOutbox } from "./use-outbox";

/** A sent message that no log shows is forgotten after this; its conversation is not open. */
const FORGET_SENT_AFTER_MS = 5_000;

/**
 * Hands one message to the server. While there is no connection the stock client keeps it and its
 * order; only a refusal by the server makes it fail. Handing it over twice is harmless: the server
 * stores one message for each `clientMessageId`.
 */
export function deliver(convex: ConvexReactClient, outbox: Outbox, item: OutboxItem): void {
  const { clientMessageId, conversationId, content } = item;
  convex.mutation(api.messages.sendMessage, { conversationId, content, clientMessageId }).then(
    () => {
      // The answer comes with the log that shows the message, so the bubble changes in place.
      outbox.setState(clientMessageId, { kind: "sent" });
      setTimeout(() => outbox.remove(clientMessageId), FORGET_SENT_AFTER_MS);
    },
    (error: unknown) => {
      const refusal = refusalOf(error);
      const reason = refusal ? errorText(refusal.code, refusal) : t("message.notSent");
      outbox.setState(clientMessageId, { kind: "failed", reason });
    },
  );
}

export type MessageSending = {
  /** Shows the message at once and sends it. @returns false when too much is waiting: keep the text. */
  send: (content: string) => boolean;
  /** Sends a failed message again, under the same name. */
  retry: (clientMessageId: string) => void;
  /** Gives a failed message up. */
  discard: (clientMessageId: string) => void;
};

/** Sending in one conversation. */
export function useSendMessage(conversationId: string): MessageSending {
  const convex = useConvex();
  const outbox = useOutbox();

  const send = useCallback(
    (content: string) => {
      const item: OutboxItem = {
        clientMessageId: createRandomId(),
        conversationId,
        content,
        createdAt: serverClock.now(),
        state: { kind: "sending" },
      };
      if (!outbox.add(item)) return false;
      deliver(convex, outbox, item);
      return true;
    },
    [convex, conversationId, outbox],
  );

  const retry = useCallback(
    (clientMessageId: string) => {
      outbox.requeue(clientMessageId, serverClock.now());
      const item = outbox.find(clientMessageId);
      if (item) deliver(convex, outbox, item);
    },
    [convex, outbox],
  );

  const discard = useCallback(
    (clientMessageId: string) => outbox.remove(clientMessageId),
    [outbox],
  );

  return useMemo(() => ({ send, retry, discard }), [send, retry, discard]);
}
