import { previewText } from "@/shared/message-text";
import type { OutboxItem } from "../outbox/outbox";
import type { QuotedMessage } from "../outbox/quoted-message";
import type { GroupEvent } from "./event-text";

export type Reaction = { emoji: string; userId: string };

/** A message as the server stores it, in the fields that the screen needs. */
export type ServerMessage = {
  _id: string;
  senderId: string;
  content: string;
  sentAt: number;
  seq: number;
  isDeleted: boolean;
  editedAt?: number | undefined;
  clientMessageId?: string | undefined;
  reactions: Reaction[];
  quote?: Quote | undefined;
  event?: GroupEvent | undefined;
};

/** What a message answers, as it stands now. */
export type Quote = {
  messageId: string;
  senderId: string;
  /** A preview; empty once it is deleted. */
  content: string;
  sentAt: number;
  isDeleted: boolean;
};

/** How far a message has come. `failed` carries the sentence that says why. */
export type Delivery =
  | { kind: "stored" }
  | { kind: "sending" }
  | { kind: "failed"; reason: string };

/** One message of the log, stored or still on its way. */
export type ChatMessage = {
  /** Stays the same from the optimistic bubble to the stored message, so that the bubble never blinks. */
  key: string;
  /** `null` until it is stored. */
  id: string | null;
  /** `null` until it is stored. */
  seq: number | null;
  senderId: string;
  content: string;
  sentAt: number;
  isDeleted: boolean;
  /** `null` for one that still says what it said first. */
  editedAt: number | null;
  reactions: Reaction[];
  quote: Quote | null;
  /** Something that happened to the group, instead of something said. */
  event: GroupEvent | null;
  delivery: Delivery;
};

const STORED: Delivery = { kind: "stored" };
const SENDING: Delivery = { kind: "sending" };
const NO_REACTIONS: Reaction[] = [];

function fromServer(message: ServerMessage, viewerId: string | null): ChatMessage {
  const isMine = message.senderId === viewerId;
  return {
    key: (isMine && message.clientMessageId) || message._id,
    id: message._id,
    seq: message.seq,
    senderId: message.senderId,
    content: message.content,
    sentAt: message.sentAt,
    isDeleted: message.isDeleted,
    editedAt: message.editedAt ?? null,
    reactions: message.reactions,
    quote: message.quote ?? null,
    event: message.event ?? null,
    delivery: STORED,
  };
}

function fromOutbox(item: OutboxItem, viewerId: string): ChatMessage {
  return {
    key: item.clientMessageId,
    id: null,
    seq: null,
    senderId: viewerId,
    content: item.content,
    sentAt: item.createdAt,
    isDeleted: false,
    editedAt: null,
    reactions: NO_REACTIONS,
    quote: item.replyTo ? { ...item.replyTo, isDeleted: false } : null,
    event: null,
    delivery: item.state.kind === "failed" ? item.state : SENDING,
  };
}

/**
 * The log of one conversation, oldest first: what the server has, then what is still on its way, in
 * the order in which it was written. What the server already shows is left out of the second part.
 *
 * @param oldestFirst The loaded messages.
 */
export function mergeMessages(
  oldestFirst: readonly ServerMessage[],
  outbox: readonly OutboxItem[],
  viewerId: string | null,
): ChatMessage[] {
  const merged: ChatMessage[] = [];
  const stored = new Set<string>();
  for (const message of oldestFirst) {
    if (message.senderId === viewerId && message.clientMessageId) {
      stored.add(message.clientMessageId);
    }
    merged.push(fromServer(message, viewerId));
  }
  if (viewerId === null) return merged;
  for (const item of outbox) {
    if (!stored.has(item.clientMessageId)) merged.push(fromOutbox(item, viewerId));
  }
  return merged;
}

/** The messages as they look once some of them are deleted. */
export function withoutDeleted(
  messages: readonly ChatMessage[],
  deletedIds: ReadonlySet<string>,
): ChatMessage[] {
  if (deletedIds.size === 0) return messages as ChatMessage[];
  const isGone = (id: string | null | undefined) => id != null && deletedIds.has(id);
  return messages.map((message) => {
    const { id, quote } = message;
    if (isGone(id)) return { ...message, content: "", isDeleted: true, reactions: NO_REACTIONS };
    if (!isGone(quote?.messageId) || quote === null) return message;
    return { ...message, quote: { ...quote, content: "", isDeleted: true } };
  });
}

/** A message as an answer to it quotes it; `null` for one that is not stored. */
export function asQuoted({ id, senderId, content, sentAt }: ChatMessage): QuotedMessage | null {
  return id === null ? null : { messageId: id, senderId, content: previewText(content), sentAt };
}

/** Whether two messages look the same, so that a page that arrives again re-renders only what changed. */
export function isSameMessage(a: ChatMessage, b: ChatMessage): boolean {
  if (a === b) return true;
  return (
    a.key === b.key &&
    a.id === b.id &&
    a.content === b.content &&
    a.sentAt === b.sentAt &&
    a.isDeleted === b.isDeleted &&
    a.editedAt === b.editedAt &&
    a.delivery.kind === b.delivery.kind &&
    a.quote?.content === b.quote?.content &&
    a.quote?.isDeleted === b.quote?.isDeleted &&
    isSameReactions(a.reactions, b.reactions)
  );
}

function isSameReactions(a: readonly Reaction[], b: readonly Reaction[]): boolean {
  return (
    a === b ||
    (a.length === b.length &&
      a.every((one, index) => one.emoji === b[index]!.emoji && one.userId === b[index]!.userId))
  );
}
