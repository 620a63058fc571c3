"use client";

import { useMutation } from "convex/react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { api } from "@/convex/_generated/api";
import { TYPING_SEND_EVERY_MS } from "./typing-text";

export type TypingSender = {
  /** A key was pressed and something stands in the field: says so at once, then at most every 300 ms. */
  noteTyping: () => void;
  /** The field is empty, left or sent: the sign goes away at once. */
  noteStopped: () => void;
};

/** Tells the others of one conversation that this person is typing. */
export function useTypingSender(conversationId: string): TypingSender {
  const setTyping = useMutation(api.typingStates.setTypingState);
  const clearTyping = useMutation(api.typingStates.clearTypingState);
  const lastSentAt = useRef<number | null>(null);

  const noteTyping = useCallback(() => {
    const now = performance.now();
    if (lastSentAt.current !== null && now - lastSentAt.current < TYPING_SEND_EVERY_MS) return;
    lastSentAt.current = now;
    // A sign that does not arrive is worth no words: the next key sends another.
    setTyping({ conversationId }).catch(() => undefined);
  }, [conversationId, setTyping]);

  const noteStopped = useCallback(() => {
    if (lastSentAt.current === null) return;
    lastSentAt.current = null;
    clearTyping({ conversationId }).catch(() => undefined);
  }, [conversationId, clearTyping]);

  useEffect(() => {
    window.addEventListener("pagehide", noteStopped);
    return () => {
      window.removeEventListener("pagehide", noteStopped);
      noteStopped();
    };
  }, [noteStopped]);

  return useMemo(() => ({ noteTyping, noteStopped }), [noteTyping, noteStopped]);
}
