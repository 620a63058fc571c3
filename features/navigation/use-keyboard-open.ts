"use client";

import { useEffect, useState } from "react";
import { isTouch } from "./use-media";

/** Less than this is the browser's own bar coming and going. */
const KEYBOARD_MIN_PX = 120;

function isEditing(): boolean {
  const focused = document.activeElement;
  return focused instanceof HTMLElement && focused.matches("input, textarea, [contenteditable]");
}

/**
 * Whether the on-screen keyboard is open. Also keeps `--app-height` at what is really visible, since
 * some browsers lay the keyboard over the page instead of shrinking it.
 */
export function useKeyboardOpen(): boolean {
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    const viewport = window.visualViewport;
    if (!viewport || !isTouch()) return;
    let fullHeight = viewport.height;
    let fullWidth = viewport.width;
    const measure = () => {
      if (viewport.width !== fullWidth) {
        fullWidth = viewport.width;
        fullHeight = viewport.height;
      }
      fullHeight = Math.max(fullHeight, viewport.height);
      // While the page is pinched, the visible part says nothing about a keyboard.
      const isZoomed = viewport.scale > 1.01;
      const open = !isZoomed && isEditing() && fullHeight - viewport.height > KEYBOARD_MIN_PX;
      setIsOpen(open);
      const root = document.documentElement.style;
      if (open) root.setProperty("--app-height", `${viewport.height}px`);
      else root.removeProperty("--app-height");
      if (open && viewport.offsetTop > 0) window.scrollTo(0, 0);
    };
    viewport.addEventListener("resize", measure);
    document.addEventListener("focusin", measure);
    document.addEventListener("focusout", measure);
    return () => {
      viewport.removeEventListener("resize", measure);
      document.removeEventListener("focusin", measure);
      document.removeEventListener("focusout", measure);
      document.documentElement.style.removeProperty("--app-height");
    };
  }, []);
  return isOpen;
}
