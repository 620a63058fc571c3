"use client";

import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useIdentity } from "@/auth/use-identity";
import { browserStorage } from "@/lib/browser-storage";
import { DraftStore } from "./draft-store";

/** What everybody who uses this browser has begun to write. */
export const drafts = new DraftStore(browserStorage());
const SAVE_AFTER_MS = 250;

/** All drafts; the component renders again when one of them changes. */
export function useDrafts(): DraftStore {
  useSyncExternalStore(drafts.subscribe, drafts.version, () => 0);
  return drafts;
}

/** Leaves nothing that somebody who has signed out had begun to write. */
export function forgetDrafts(userId: string): void {
  drafts.clear(userId, Object.keys(browserStorage() ?? {}));
}

export type Draft = {
  text: string;
  /** Where the caret stood when the draft was last saved. */
  savedCaret: () => number;
  change: (text: string) => void;
  /**
   * Empties the field, because its text has been sent. What is saved goes only when the message is
   * sure to outlive the page, so that a crash in between loses neither.
   */
  sent: (kept: Promise<void>) => void;
};

/**
 * The text of one conversation's composer. It is saved a moment after the last change, and at once
 * when the composer or the page goes. The component must be keyed by the conversation, so that no
 * text ever lands in another one.
 *
 * @param readCaret Where the caret is now, `null` at the end of the text.
 */
export function useDraft(conversationId: string, readCaret: () => number | null): Draft {
  const { userId } = useIdentity();
  const owner = userId ?? "";
  const [text, setText] = useState(() => {
    drafts.welcome(owner);
    return drafts.read(owner, conversationId);
  });
  const latest = useRef({ text, readCaret });
  latest.current.readCaret = readCaret;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const save = useCallback(() => {
    clearTimeout(timer.current);
    const { text, readCaret } = latest.current;
    drafts.write(owner, conversationId, text);
    drafts.writeCaret(owner, conversationId, text === "" ? null : readCaret());
  }, [owner, conversationId]);

  useEffect(() => {
    window.addEventListener("pagehide", save);
    return () => {
      window.removeEventListener("pagehide", save);
      save();
    };
  }, [save]);

  return useMemo(() => {
    const change = (next: string) => {
      latest.current.text = next;
      setText(next);
      clearTimeout(timer.current);
      // An emptied field was given up: then nothing may come back after a crash.
      if (next === "") save();
      else timer.current = setTimeout(save, SAVE_AFTER_MS);
    };
    return {
      text,
      savedCaret: () => drafts.readCaret(owner, conversationId),
      change,
      sent(kept) {
        save();
        latest.current.text = "";
        setText("");
        // By then something else may have been begun.
        kept.then(save);
      },
    };
  }, [text, owner, conversationId, save]);
}
