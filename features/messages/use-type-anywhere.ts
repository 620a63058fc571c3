"use client";

import { type RefObject, useEffect, useRef } from "react";

const TAKES_KEYS = "input, textarea, select, [contenteditable]";
const FLOATS = '[role="dialog"], [role="alertdialog"], [role="menu"]';

/** Escape does what it should while something is active; what floats above takes it first. */
export function useEscape(isActive: boolean, onEscape: () => void): void {
  const latest = useRef(onEscape);
  latest.current = onEscape;
  useEffect(() => {
    if (!isActive) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
      if (document.querySelector(FLOATS)) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [isActive]);
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
