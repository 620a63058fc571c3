"use client";

import { type TouchEvent, useMemo, useRef } from "react";
import { swallowClicks } from "../navigation/swallow-clicks";

/** So far a message is pulled aside to answer it. */
const SWIPE_PX = 56;
/** A finger that moves less than this rests. */
const STILL_PX = 9;
const HOLD_MS = 480;
const DOUBLE_TAP_MS = 300;
/** What does something of its own under a finger. */
const OWN_TOUCH = "a, button, input, pre";

export type TouchActs = {
  /** The message was pulled towards the end of the line. */
  onSwipe: () => void;
  onDoubleTap: () => void;
  onHold: () => void;
};

/** What a finger can do to a message. The message follows a pull without being rendered again. */
export function useMessageTouch(acts: TouchActs) {
  const latest = useRef(acts);
  latest.current = acts;
  return useMemo(() => {
    let start: { x: number; y: number; isStill: boolean } | null = null;
    let pulled = 0;
    let wasHeld = false;
    let lastTapMs = Number.NEGATIVE_INFINITY;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const reset = ({ style }: HTMLElement) => {
      clearTimeout(timer);
      start = null;
      pulled = 0;
      style.transform = "";
    };
    return {
      onTouchStart(event: TouchEvent<HTMLElement>) {
        const element = event.currentTarget;
        reset(element);
        wasHeld = false;
        const touch = event.touches.item(0);
        const isOwn = event.target instanceof Element && event.target.closest(OWN_TOUCH) !== null;
        if (!touch || event.touches.length > 1 || isOwn) return;
        start = { x: touch.clientX, y: touch.clientY, isStill: true };
        timer = setTimeout(() => {
          reset(element);
          wasHeld = true;
          latest.current.onHold();
        }, HOLD_MS);
      },
      onTouchMove(event: TouchEvent<HTMLElement>) {
        const touch = event.touches.item(0);
        if (!start || !touch) return;
        const x = (touch.clientX - start.x) * (document.dir === "rtl" ? -1 : 1);
        const y = Math.abs(touch.clientY - start.y);
        if (start.isStill && Math.hypot(x, y) < STILL_PX) return;
        // A move that begins upright is a scroll.
        if (start.isStill && y > Math.abs(x)) return reset(event.currentTarget);
        clearTimeout(timer);
        start.isStill = false;
        pulled = Math.min(Math.max(0, x), SWIPE_PX + 12);
        const side = document.dir === "rtl" ? -pulled : pulled;
        event.currentTarget.style.transform = `translateX(${side}px)`;
      },
      onTouchEnd(event: TouchEvent<HTMLElement>) {
        const wasPulled = pulled >= SWIPE_PX;
        const wasTap = start?.isStill === true;
        const isDouble = wasTap && event.timeStamp - lastTapMs < DOUBLE_TAP_MS;
        if (wasTap) lastTapMs = isDouble ? Number.NEGATIVE_INFINITY : event.timeStamp;
        reset(event.currentTarget);
        if (isDouble || wasHeld) swallowClicks();
        if (wasPulled) latest.current.onSwipe();
        if (isDouble) latest.current.onDoubleTap();
      },
      onTouchCancel: (event: TouchEvent<HTMLElement>) => reset(event.currentTarget),
    };
  }, []);
}
