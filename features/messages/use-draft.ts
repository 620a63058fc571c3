"use client";

import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useIdentity } from "@/auth/use-identity";
import { browserStorage } from "@/lib/browser-storage";
import { DraftStore } from "./draft-store";

const drafts = new DraftStore(browserStorage());
const SAVE_AFTER_MS = 250;

/** All drafts; the component renders again when one of them changes. */
export function useDrafts(): DraftStore {
  useSyncExternalStore(drafts.subscribe, drafts.version, () => 0);
  return drafts;
}

/**
 * The text of one conversation's composer. It is saved a moment after the last change, and at once
 * when the composer or the page goes. The component must be keyed by the conversation, so that no
 * text ever lands in another one.
 */
export function useDraft(conversationId: string): [string, (text: string) => void] {
  const { userId } = useIdentity();
  const owner = userId ?? "";
  const [text, setText] = useState(() => drafts.read(owner, conversationId));
  const latest = useRef(text);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const save = useCallback(() => {
    clearTimeout(timer.current);
    drafts.write(owner, conversationId, latest.current);
  }, [owner, conversationId]);

  useEffect(() => {
    window.addEventListener("pagehide", save);
    return () => {
      window.removeEventListener("pagehide", save);
      save();
    };
  }, [save]);

  const change = useCallback(
    (next: string) => {
      latest.current = next;
      setText(next);
      clearTimeout(timer.current);
      // An emptied field was sent or given up: then nothing may come back after a crash.
      if (next === "") save();
      else timer.current = setTimeout(save, SAVE_AFTER_MS);
    },
    [save],
  );
  return [text, change];
}
