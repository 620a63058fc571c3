import type { Outbox, OutboxItem } from "./outbox";

/** What came of handing a message to the server. */
export type Answer =
  | { kind: "stored" }
  /** It was too fast; nothing is wrong with the message. */
  | { kind: "later"; afterMs: number }
  | { kind: "refused"; reason: string };

export type DeliveryPorts = {
  /** Settles when the server has answered, however long there is no connection. Never rejects. */
  send: (item: OutboxItem) => Promise<Answer>;
  wait: (ms: number, callback: () => void) => void;
};

/**
 * Brings what waits to the server: in every conversation one message at a time, the next when the one
 * before it has been answered, so that nothing can overtake, not even one that has to wait its turn.
 *
 * @returns ends it; a message that is under way then still gets its answer.
 */
export function deliver(outbox: Outbox, { send, wait }: DeliveryPorts): () => void {
  let isOver = false;
  const busy = new Set<string>();

  const handOver = () => {
    if (isOver || !outbox.isLoaded) return;
    for (const item of outbox.waiting()) {
      if (busy.has(item.conversationId)) continue;
      busy.add(item.conversationId);
      void carry(item);
    }
  };
  const carry = async (item: OutboxItem) => {
    const { clientMessageId, conversationId } = item;
    const answer = await send(item);
    const next = () => {
      busy.delete(conversationId);
      handOver();
    };
    if (answer.kind === "later") return wait(answer.afterMs, next);
    // The answer comes with the log that shows the message, so the bubble changes in place.
    if (answer.kind === "stored") outbox.setState(clientMessageId, { kind: "sent" });
    else outbox.setState(clientMessageId, { kind: "failed", reason: answer.reason });
    next();
  };

  handOver();
  const unsubscribe = outbox.subscribe(handOver);
  return () => {
    isOver = true;
    unsubscribe();
  };
}
