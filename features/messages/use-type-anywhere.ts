"use client";

import { type RefObject, useEffect, useRef } from "react";

const TAKES_KEYS = "input, textarea, select, [contenteditable]";
const FLOATS = '[role="dialog"], [role="alertdialog"], [role="menu"]';

/** What Escape ends, the first one that is active; what floats above all of it takes the key before. */
const ESCAPE_ORDER = ["writing", "selection", "panel"] as const;
type Escapable = (typeof ESCAPE_ORDER)[number];
const active: Escapable[] = [];

/** Escape does what it should while something is active. */
export function useEscape(what: Escapable, isActive: boolean, onEscape: () => void): void {
  const latest = useRef(onEscape);
  latest.current = onEscape;
  useEffect(() => {
    if (!isActive) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
      if (document.querySelector(FLOATS)) return;
      if (ESCAPE_ORDER.find((one) => active.includes(one)) !== what) return;
      event.preventDefault();
      latest.current();
    };
    active.push(what);
    window.addEventListener("keydown", onKeyDown);
    return () => {
      active.splice(active.indexOf(what), 1);
      window.removeEventListener("keydown", onKeyDown);
    };
  }, [what, isActive]);
}

/** Typing a character while nothing that takes text has the focus writes into the field. */
export function useTypeAnywhere(field: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isCharacter = event.key.length === 1 && event.key !== " ";
      const isShortcut = event.ctrlKey || event.metaKey || event.altKey;
      if (!isCharacter || isShortcut || event.defaultPrevented) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest(TAKES_KEYS) || document.querySelector(FLOATS)) return;
      // The character itself follows the focus.
      field.current?.focus();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [field]);
}
