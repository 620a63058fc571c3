"use client";

import { type KeyboardEvent, type RefObject, useEffect, useMemo, useState } from "react";
import { rememberEmoji } from "../emoji/emoji-memory";
import {
  type EmojiNames,
  findShortcode,
  loadShortcodes,
  searchShortcodes,
} from "../emoji/shortcodes";
import type { Mentionable } from "./rich-text";
import { findClosedName, findTrigger, searchMembers, type Trigger } from "./suggestions";

const SHOWN_MAX = 8;

export type Suggestion = {
  key: string;
  /** What takes the place of the beginning. */
  insert: string;
  /** How it is shown. */
  mark: string;
  name: string;
  userId: string | null;
};

export type Suggestions = {
  items: readonly Suggestion[];
  activeIndex: number;
  accept: (suggestion: Suggestion) => void;
  /** @returns whether the key was for the list. Never asked while a composition is going on. */
  onKey: (event: KeyboardEvent) => boolean;
  /** The text or the caret has changed. */
  review: (isComposing: boolean) => void;
  close: () => void;
};

/**
 * What one may mean by the `:name` or `@name` before the caret.
 *
 * @param replace Puts a text in the place of a part of the field's, so that undo takes it back.
 */
export function useSuggestions(
  field: RefObject<HTMLTextAreaElement | null>,
  members: readonly Mentionable[],
  replace: (from: number, to: number, text: string) => void,
): Suggestions {
  const [trigger, setTrigger] = useState<Trigger | null>(null);
  const [activeIndex, setActiveIndex] = useState(0);
  /** Closed by Escape: this beginning stays closed. */
  const [closedFrom, setClosedFrom] = useState<number | null>(null);
  const emoji = useShortcodes(trigger?.kind === "emoji");

  const items = useMemo<Suggestion[]>(() => {
    if (!trigger || trigger.from === closedFrom) return [];
    if (trigger.kind === "mention") {
      return searchMembers(members, trigger.query, SHOWN_MAX).map(({ userId, name }) => ({
        key: userId,
        insert: `@${name} `,
        mark: "@",
        name,
        userId,
      }));
    }
    return searchShortcodes(emoji ?? [], trigger.query, SHOWN_MAX).map(({ emoji, name }) => ({
      key: emoji,
      insert: emoji,
      mark: emoji,
      name: `:${name}:`,
      userId: null,
    }));
  }, [trigger, closedFrom, members, emoji]);

  const close = () => setTrigger(null);
  const accept = (suggestion: Suggestion) => {
    if (!trigger) return;
    if (suggestion.userId === null) rememberEmoji(suggestion.insert);
    setTrigger(null);
    replace(trigger.from, trigger.to, suggestion.insert);
  };
  const review = (isComposing: boolean) => {
    const input = field.current;
    if (!input) return;
    const { value, selectionStart, selectionEnd } = input;
    const isOpen = !isComposing && selectionStart === selectionEnd;
    const closed = isOpen ? findClosedName(value, selectionEnd) : null;
    const meant = closed && emoji && findShortcode(emoji, closed.query);
    if (closed && meant) {
      setTrigger(null);
      return replace(closed.from, closed.to, meant);
    }
    const next = isOpen ? findTrigger(value, selectionEnd) : null;
    if (next?.from !== trigger?.from || next?.query !== trigger?.query) setActiveIndex(0);
    if (next?.from !== closedFrom) setClosedFrom(null);
    setTrigger(next);
  };
  const onKey = (event: KeyboardEvent): boolean => {
    if (items.length === 0) return false;
    const { key } = event;
    const chosen = items[activeIndex];
    if (key === "Escape") setClosedFrom(trigger?.from ?? null);
    else if (key === "ArrowDown") setActiveIndex((activeIndex + 1) % items.length);
    else if (key === "ArrowUp") setActiveIndex((activeIndex + items.length - 1) % items.length);
    else if ((key === "Enter" || key === "Tab") && !event.shiftKey && chosen) accept(chosen);
    else return false;
    event.preventDefault();
    return true;
  };
  return { items, activeIndex, accept, onKey, review, close };
}

/** The names of emoji, once they are needed. */
function useShortcodes(isNeeded: boolean): readonly EmojiNames[] | null {
  const [all, setAll] = useState<readonly EmojiNames[] | null>(null);
  useEffect(() => {
    if (!isNeeded || all) return;
    let isCurrent = true;
    loadShortcodes().then(
      (names) => isCurrent && setAll(names),
      // Without the server there are no suggestions; what one writes is text.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [isNeeded, all]);
  return all;
}
