"use client";

import { useSearchParams } from "next/navigation";
import { useSyncExternalStore } from "react";
import { leaveSheets } from "@/lib/sheet-steps";

/** The address of a chat, or of one message in it. */
export function conversationHref(conversationId: string, messageId?: string): string {
  const chat = `/messages?conversationId=${encodeURIComponent(conversationId)}`;
  return messageId === undefined ? chat : `${chat}&messageId=${encodeURIComponent(messageId)}`;
}

/** Which chat the address names, `null` for none. */
export function useOpenConversationId(): string | null {
  return useAddressPart("conversationId");
}

/** At which message of the open chat the address wants to be, `null` for none. */
export function useOpenMessageId(): string | null {
  return useAddressPart("messageId");
}

const listeners = new Set<() => void>();

/**
 * A part of the address as the browser has it now. The router alone would tell of it in its own time,
 * and a key that is pressed in between would reach the chat that was left.
 */
function useAddressPart(name: string): string | null {
  const drafted = useSearchParams().get(name) || null;
  return useSyncExternalStore(
    followAddress,
    () => new URLSearchParams(window.location.search).get(name) || null,
    () => drafted,
  );
}

function followAddress(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

function tellAddress(): void {
  for (const listener of listeners) listener();
}

/**
 * Opens a chat from the messages page. The history is changed directly, since nothing has to be asked
 * of the server's pages: it works at once, and offline.
 */
export function openConversation(conversationId: string, messageId?: string): void {
  leaveSheets(() => {
    const isFromList = !new URLSearchParams(window.location.search).has("conversationId");
    const href = conversationHref(conversationId, messageId);
    window.history.pushState(isFromList ? { parleyFromList: true } : {}, "", href);
    tellAddress();
  });
}

/** Back to the list: by the browser's own step where it leads there, so that history does not grow. */
export function closeConversation(): void {
  leaveSheets(stepToList);
}

function stepToList(): void {
  const state: unknown = window.history.state;
  const isFromList = typeof state === "object" && state !== null && "parleyFromList" in state;
  if (isFromList) {
    window.history.back();
  } else {
    window.history.replaceState(null, "", "/messages");
    tellAddress();
  }
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
