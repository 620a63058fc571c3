"use client";

import { useSearchParams } from "next/navigation";

/** The address of a chat, or of one message in it. */
export function conversationHref(conversationId: string, messageId?: string): string {
  const chat = `/messages?conversationId=${encodeURIComponent(conversationId)}`;
  return messageId === undefined ? chat : `${chat}&messageId=${encodeURIComponent(messageId)}`;
}

/** Which chat the address names, `null` for none. */
export function useOpenConversationId(): string | null {
  return useSearchParams().get("conversationId") || null;
}

/** At which message of the open chat the address wants to be, `null` for none. */
export function useOpenMessageId(): string | null {
  return useSearchParams().get("messageId") || null;
}

/**
 * Opens a chat from the messages page. The history is changed directly, since nothing has to be asked
 * of the server's pages: it works at once, and offline.
 */
export function openConversation(conversationId: string, messageId?: string): void {
  const href = conversationHref(conversationId, messageId);
  window.history.pushState({ parleyFromList: true }, "", href);
}

/** Back to the list: by the browser's own step where it leads there, so that history does not grow. */
export function closeConversation(): void {
  const state: unknown = window.history.state;
  const isFromList = typeof state === "object" && state !== null && "parleyFromList" in state;
  if (isFromList) window.history.back();
  else window.history.replaceState(null, "", "/messages");
}

/** Whether a click on a link should be ours: plain, and not meant for a new tab or a download. */
export function isPlainClick(event: React.MouseEvent): boolean {
  return (
    event.button === 0 &&
    !event.metaKey &&
    !event.ctrlKey &&
    !event.shiftKey &&
    !event.altKey &&
    !event.defaultPrevented
  );
}
