/** What a message answers, as its author saw it when they began to answer. */
export type QuotedMessage = {
  messageId: string;
  senderId: string;
  /** A preview. */
  content: string;
  sentAt: number;
};

/** Anything may stand in a browser's storage; only what is exactly a quote counts. */
export function readQuoted(value: unknown): QuotedMessage | null {
  if (typeof value !== "object" || value === null) return null;
  const { messageId, senderId, content, sentAt } = value as Partial<QuotedMessage>;
  const isQuoted =
    typeof messageId === "string" &&
    typeof senderId === "string" &&
    typeof content === "string" &&
    typeof sentAt === "number" &&
    Number.isFinite(sentAt);
  return isQuoted ? { messageId, senderId, content, sentAt } : null;
}
