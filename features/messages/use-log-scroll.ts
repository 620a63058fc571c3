"use client";

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ReadingPlace } from "./reading-place";

/** Closer to the end than this, new messages pull the log along. */
export const AT_END_WITHIN_PX = 80;
/** Closer to the beginning than this, older messages are asked for. */
const LOAD_OLDER_WITHIN_PX = 900;
const SCROLL_REVIEW_MS = 100;
/** From further away, the way to the end is a jump: a long glide takes time and shows nothing. */
const GLIDE_WITHIN_SCREENS = 3;

export type LogScrollOptions = {
  /** Changes with every change of the rows. */
  rows: unknown;
  hasRows: boolean;
  /** Where to open: where it was left, else at the divider, else at the end. */
  leftAt: ReadingPlace | null;
  hasDivider: boolean;
  /** Told once, when the log goes: where it was left, `null` at its end. */
  onLeave: (place: ReadingPlace | null) => void;
  canLoadOlder: boolean;
  loadOlder: () => void;
};

export type LogScroll = {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  isAtEnd: boolean;
  /** More than a screen away from the end: then the way back is offered. */
  isFarFromEnd: boolean;
  /** Goes to the end and follows it; gliding only if asked for, near enough and not unwanted. */
  toEnd: (isGliding?: boolean) => void;
};

/**
 * Keeps what one reads where it is. At the end, the log follows the end; anywhere else, one row near
 * the top of the view is the anchor, and whatever changes above it is made up for before the screen
 * is painted. A log that gets lower, as when the keyboard opens, keeps its lower edge.
 *
 * The browser's own anchoring is switched off: it does nothing at the very top, where older messages
 * come in, and one browser has none.
 */
export function useLogScroll(options: LogScrollOptions): LogScroll {
  const { rows, hasRows } = options;
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const latest = useRef(options);
  latest.current = options;

  const place = useRef({ isOpened: false, isAtEnd: true, height: 0, width: 0 });
  const isGoingToEnd = useRef(false);
  const anchor = useRef<{ element: HTMLElement; top: number } | null>(null);
  const [look, setLook] = useState({ isAtEnd: false, isFarFromEnd: false });

  const topOf = useCallback((element: HTMLElement): number => {
    const base = content.current?.getBoundingClientRect().top ?? 0;
    return element.getBoundingClientRect().top - base;
  }, []);

  /** Chooses the anchor and tells the screen where it is; cheap, but not for every scroll event. */
  const review = useCallback(() => {
    const view = scroller.current;
    const list = content.current;
    if (!view || !list) return;
    // The end may have moved on while the view was gliding to where it was.
    if (isGoingToEnd.current && place.current.isAtEnd) {
      isGoingToEnd.current = false;
      view.scrollTop = view.scrollHeight;
    }
    anchor.current = chooseAnchor(view, list, topOf);
    const fromEnd = view.scrollHeight - view.clientHeight - view.scrollTop;
    const isAtEnd = fromEnd <= AT_END_WITHIN_PX;
    const isFarFromEnd = fromEnd > view.clientHeight;
    setLook((before) =>
      before.isAtEnd === isAtEnd && before.isFarFromEnd === isFarFromEnd
        ? before
        : { isAtEnd, isFarFromEnd },
    );
    const { canLoadOlder, loadOlder } = latest.current;
    if (place.current.isOpened && canLoadOlder && view.scrollTop < LOAD_OLDER_WITHIN_PX)
      loadOlder();
  }, [topOf]);

  /** After anything moved and before it is painted: puts the view back where it belongs. */
  const settle = useCallback(() => {
    const view = scroller.current;
    const list = content.current;
    if (!view || !list || !place.current.isOpened) return;
    const state = place.current;
    if (state.isAtEnd) {
      view.scrollTop = view.scrollHeight;
    } else {
      const held = anchor.current;
      let shift = held?.element.isConnected ? topOf(held.element) - held.top : 0;
      if (state.width === view.clientWidth) shift += state.height - view.clientHeight;
      if (Math.abs(shift) > 0.25) view.scrollTop += shift;
    }
    state.height = view.clientHeight;
    state.width = view.clientWidth;
    review();
  }, [review, topOf]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows are the reason to settle.
  useLayoutEffect(() => {
    const view = scroller.current;
    const list = content.current;
    if (!view || !list || !hasRows) return;
    if (!place.current.isOpened) {
      const { leftAt, hasDivider } = latest.current;
      const top = findOpeningTop(list, leftAt, hasDivider ? view.clientHeight / 3 : null);
      if (top !== null) view.scrollTop = top;
      const fromEnd = view.scrollHeight - view.clientHeight - view.scrollTop;
      place.current = {
        isOpened: true,
        isAtEnd: top === null || fromEnd <= AT_END_WITHIN_PX,
        height: view.clientHeight,
        width: view.clientWidth,
      };
    }
    settle();
  }, [rows, hasRows, settle]);

  useEffect(() => {
    const view = scroller.current;
    const list = content.current;
    if (!view || !list) return;
    const sizes = new ResizeObserver(settle);
    sizes.observe(view);
    sizes.observe(list);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onScroll = () => {
      // Whether the end is followed has to be known at once; the rest can wait.
      const fromEnd = view.scrollHeight - view.clientHeight - view.scrollTop;
      place.current.isAtEnd = fromEnd <= AT_END_WITHIN_PX;
      timer ??= setTimeout(() => {
        timer = undefined;
        review();
      }, SCROLL_REVIEW_MS);
    };
    view.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      sizes.disconnect();
      clearTimeout(timer);
      view.removeEventListener("scroll", onScroll);
    };
  }, [settle, review]);

  useLayoutEffect(() => {
    const view = scroller.current;
    return () => {
      if (!view || !place.current.isOpened) return;
      const held = place.current.isAtEnd ? null : anchor.current;
      const seq = Number(held?.element.dataset.seq);
      const isPlace = held !== null && Number.isFinite(seq);
      latest.current.onLeave(isPlace ? { seq, offset: held.top - view.scrollTop } : null);
    };
  }, []);

  const toEnd = useCallback((isGliding = false) => {
    const view = scroller.current;
    if (!view) return;
    const fromEnd = view.scrollHeight - view.clientHeight - view.scrollTop;
    const isNear = fromEnd < view.clientHeight * GLIDE_WITHIN_SCREENS;
    if (isGliding && isNear && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
      isGoingToEnd.current = true;
      view.scrollTo({ top: view.scrollHeight, behavior: "smooth" });
    } else {
      place.current.isAtEnd = true;
      view.scrollTop = view.scrollHeight;
    }
  }, []);

  return { scroller, content, ...look, toEnd };
}

/** How far to scroll on opening; `null`: to the end. */
function findOpeningTop(
  list: HTMLElement,
  leftAt: ReadingPlace | null,
  dividerOffset: number | null,
): number | null {
  const base = list.getBoundingClientRect().top;
  const left = leftAt && list.querySelector(`[data-seq="${leftAt.seq}"]`);
  if (left) return left.getBoundingClientRect().top - base - leftAt.offset;
  const divider = dividerOffset === null ? null : list.querySelector("[data-unread]");
  return divider && divider.getBoundingClientRect().top - base - (dividerOffset ?? 0);
}

/**
 * The first message that begins in the view, found by halving, since messages stand in order. Only a
 * message can be the anchor: the heading of a day moves away when older messages of its day come in.
 */
function chooseAnchor(
  view: HTMLElement,
  list: HTMLElement,
  topOf: (element: HTMLElement) => number,
): { element: HTMLElement; top: number } | null {
  const messages = list.getElementsByTagName("article");
  const viewTop = view.getBoundingClientRect().top;
  let low = 0;
  let high = messages.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle]!.getBoundingClientRect().top < viewTop) low = middle + 1;
    else high = middle;
  }
  const element = messages[low];
  return element ? { element, top: topOf(element) } : null;
}
