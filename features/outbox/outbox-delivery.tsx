"use client";

import { type ConvexReactClient, useConvex, useConvexAuth } from "convex/react";
import { useEffect } from "react";
import { useIdentity } from "@/auth/use-identity";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { refusalOf } from "@/shared/error-codes";
import { errorText } from "../language/error-text";
import { t } from "../language/t";
import { type Answer, deliver } from "./deliver";
import { seekLeadership } from "./leadership";
import type { Outbox, OutboxItem } from "./outbox";
import { useOutbox } from "./use-outbox";

/** A message that waits so long while this tab is connected: the tab that should send it is stuck. */
const STUCK_AFTER_MS = 5_000;
/** Where the server does not say when to try again. */
const RETRY_AFTER_MS = 1_000;

/**
 * Sends what waits in the outbox, in the order in which it was written, from one tab at a time: also
 * what other tabs have written, and what an earlier page has left behind.
 *
 * That two tabs lead for a moment is harmless: each sends everything in the same order, and the server
 * stores one message for each `clientMessageId`, the first that it sees.
 */
export function OutboxDelivery() {
  const convex = useConvex();
  const { isAuthenticated } = useConvexAuth();
  const { userId } = useIdentity();
  const outbox = useOutbox();
  useEffect(() => {
    if (!isAuthenticated || userId === null) return;
    const leadership = seekLeadership(`parley-outbox:${userId}`, navigator.locks, () =>
      deliver(outbox, {
        send: (item) => send(convex, item),
        wait: (ms, callback) => void setTimeout(callback, ms),
      }),
    );
    const stopWatching = watchForStuck(convex, outbox, leadership.takeOver);
    return () => {
      stopWatching();
      leadership.stop();
    };
  }, [convex, isAuthenticated, userId, outbox]);
  return null;
}

/**
 * Hands one message to the server. While there is no connection the stock client keeps it; only a
 * refusal by the server makes it fail.
 */
async function send(convex: ConvexReactClient, item: OutboxItem): Promise<Answer> {
  const { clientMessageId, conversationId, content } = item;
  const replyTo = item.replyTo?.messageId as Id<"messages"> | undefined;
  try {
    const message = { conversationId, content, clientMessageId, replyTo };
    await convex.mutation(api.messages.sendMessage, message);
    return { kind: "stored" };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal?.code === "rate_limited") {
      return { kind: "later", afterMs: refusal.retryAfterMs ?? RETRY_AFTER_MS };
    }
    const reason = refusal ? errorText(refusal.code, refusal) : t("message.notSent");
    return { kind: "refused", reason };
  }
}

/** Calls when something has waited too long although this tab has a connection. */
function watchForStuck(convex: ConvexReactClient, outbox: Outbox, onStuck: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let watchedId: string | undefined;
  const look = () => {
    const oldest = outbox.waiting()[0]?.clientMessageId;
    if (oldest === watchedId) return;
    clearTimeout(timer);
    watchedId = oldest;
    if (oldest !== undefined) timer = setTimeout(check, STUCK_AFTER_MS);
  };
  const check = () => {
    if (convex.connectionState().isWebSocketConnected) onStuck();
    timer = setTimeout(check, STUCK_AFTER_MS);
  };
  look();
  const unsubscribe = outbox.subscribe(look);
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}
