"use client";

import { useSyncExternalStore } from "react";
import { PendingDeletions } from "./pending-deletions";

/** One for the page, so that going to another chat neither sends nor loses a deletion. */
export const pendingDeletions = new PendingDeletions((ms, callback) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
});

// The socket is still open while the page is hidden away, and takes one more call.
if (typeof window !== "undefined") {
  window.addEventListener("pagehide", () => pendingDeletions.commit());
}

/** The messages of a conversation that wait to be deleted. */
export function usePendingDeletions(conversationId: string): ReadonlySet<string> {
  useSyncExternalStore(pendingDeletions.subscribe, pendingDeletions.latest, () => null);
  return pendingDeletions.of(conversationId);
}

/** The one message that waits to be deleted, or one of several; `null` when nothing does. */
export function useIsPendingDeletion(): (messageId: string | undefined) => boolean {
  const pending = useSyncExternalStore(
    pendingDeletions.subscribe,
    pendingDeletions.latest,
    () => null,
  );
  return (messageId) => messageId !== undefined && pending?.messageIds.has(messageId) === true;
}
