"use client";

import { type TouchEvent, useMemo, useRef } from "react";

const HOLD_MS = 500;

/** A finger that rests, where the browser makes no context menu of it. */
export function useHold(onHold: (at: { x: number; y: number }) => void) {
  const latest = useRef(onHold);
  latest.current = onHold;
  return useMemo(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wasHeld = false;
    const end = () => clearTimeout(timer);
    return {
      onTouchStart({ touches }: TouchEvent) {
        end();
        wasHeld = false;
        const touch = touches.item(0);
        if (!touch || touches.length > 1) return;
        const at = { x: touch.clientX, y: touch.clientY };
        timer = setTimeout(() => {
          wasHeld = true;
          latest.current(at);
        }, HOLD_MS);
      },
      onTouchMove: end,
      onTouchCancel: end,
      onTouchEnd(event: TouchEvent) {
        end();
        // No mouse may follow: it would take the focus from what has just opened.
        if (wasHeld) event.preventDefault();
      },
    };
  }, []);
}
