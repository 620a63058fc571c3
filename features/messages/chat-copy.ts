import type { FunctionReturnType } from "convex/server";
import type { api } from "@/convex/_generated/api";
import type { ChatMessage, ServerMessage } from "./chat-message";
import type { LogTarget } from "./use-opening";

/** So many of a chat's newest messages are kept. */
export const COPIED_MESSAGES_MAX = 100;

/** What is kept of one chat, all of it as it was at one moment. */
export type ChatCopy = {
  conversation: FunctionReturnType<typeof api.conversations.getConversation>;
  marks: FunctionReturnType<typeof api.conversations.getReadMarks>;
  /** The newest ones, oldest first, without gaps. */
  messages: ServerMessage[];
};

/** A copied message has no id: it is there to be read, and nothing can be done to it. */
export function withoutIds(messages: readonly ChatMessage[]): ChatMessage[] {
  return messages.map((message) => (message.id === null ? message : { ...message, id: null }));
}

/**
 * What the copy has above the messages that are loaded; nothing when the two do not touch, because
 * more has been written since than was loaded.
 */
export function olderInCopy(
  copied: readonly ServerMessage[],
  loaded: readonly ServerMessage[],
): readonly ServerMessage[] {
  const first = loaded[0]?.seq ?? 0;
  const end = copied.findLastIndex(({ seq }) => seq < first) + 1;
  return end > 0 && copied[end - 1]?.seq === first - 1 ? copied.slice(0, end) : [];
}

/** Whether the loaded messages go on where the copy ends, so that one can take the other's place. */
export function touches(
  copied: readonly ServerMessage[],
  loaded: readonly ServerMessage[],
): boolean {
  const newestCopied = copied[copied.length - 1]?.seq ?? 0;
  const oldestCopied = copied[0]?.seq ?? 1;
  const oldest = loaded[0]?.seq ?? 1;
  const newest = loaded[loaded.length - 1]?.seq ?? 0;
  return oldest <= newestCopied + 1 && newest >= oldestCopied;
}

export function isSameTarget(a: LogTarget, b: LogTarget): boolean {
  if (a.kind === "end" || b.kind === "end") return a.kind === b.kind;
  return a.sentAt === b.sentAt;
}
