"use client";

import {
  type RefObject,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { VirtualizerHandle } from "virtua";
import type { MessageRow } from "./message-rows";
import type { ReadingPlace } from "./reading-place";
import type { LogTarget } from "./use-opening";

/** Closer to the end than this, new messages pull the log along. */
export const AT_END_WITHIN_PX = 80;
/** Closer to an end of what is loaded than this many screens, more is asked for. */
const LOAD_WITHIN_SCREENS = 2;
const SCROLL_REVIEW_MS = 100;
/** From further away, the way is a jump: a long glide takes time and shows nothing. */
const GLIDE_WITHIN_SCREENS = 3;

export type LogScrollHandle = {
  /** Goes to the end and follows it; gliding only if asked for, near enough and not unwanted. */
  toEnd: (isGliding?: boolean) => void;
  /** Goes to a row that is loaded. @returns false when it is not. */
  toMessage: (sentAt: number) => boolean;
};

export type LogScrollOptions = {
  ref: React.Ref<LogScrollHandle>;
  rows: readonly MessageRow[];
  target: LogTarget;
  /** The rows end with the newest message, so that their end is the end. */
  isAtTail: boolean;
  /** Told once, when the log goes: where it was left, `null` at its end. */
  onLeave: (place: ReadingPlace | null) => void;
  /** Where the view is, told when it changes. */
  onLook: (look: LogLook) => void;
  loadOlder: () => void;
  loadNewer: () => void;
  /** The reader has given input that scrolls, or may. */
  onReaderMoves: () => void;
};

export type LogLook = {
  isAtEnd: boolean;
  /** More than a screen away from the end: then the way back is offered. */
  isFarFromEnd: boolean;
  /** The day of the first message in view, when its own heading is not in view. */
  dayMs: number | null;
};

/**
 * Keeps what one reads where it is. The list itself makes up for rows above the view that come, go or
 * change their height; here is the rest: where the log opens, that the end is followed when one is at
 * the end, that a log that gets lower (as when the keyboard opens) keeps its lower edge, and that more
 * is loaded before an end of what is loaded comes into view.
 */
export function useLogScroll(options: LogScrollOptions) {
  const { ref, rows, isAtTail } = options;
  const list = useRef<VirtualizerHandle>(null);
  /** What stands below the rows, inside the scrolling element. */
  const foot = useRef<HTMLDivElement>(null);
  const latest = useRef(options);
  latest.current = options;
  const place = useRef({
    isAtEnd: false,
    /** Of the lower edge of the view, while it is at the end. */
    fromEnd: 0,
    lastKey: "",
    isGoingToEnd: false,
    height: 0,
  });
  const held = useHeldRow(list, foot, latest);

  const review = useCallback(() => {
    const view = viewOf(foot);
    const { current: handle } = list;
    if (!view || !handle) return;
    const { rows, isAtTail, onLook, loadOlder, loadNewer } = latest.current;
    const fromEnd = view.scrollHeight - view.clientHeight - view.scrollTop;
    const screen = view.clientHeight;
    onLook({
      isAtEnd: isAtTail && fromEnd <= AT_END_WITHIN_PX,
      isFarFromEnd: !isAtTail || fromEnd > screen,
      dayMs: dayInView(handle, rows),
    });
    if (screen === 0) return;
    if (view.scrollTop < LOAD_WITHIN_SCREENS * screen) loadOlder();
    if (fromEnd < LOAD_WITHIN_SCREENS * screen) loadNewer();
  }, []);

  const settle = useCallback(() => {
    const view = viewOf(foot);
    if (!view) return;
    const state = place.current;
    const lastKey = latest.current.rows[latest.current.rows.length - 1]?.key ?? "";
    // Only what is new leads to the very end; what changes its height does not.
    if (lastKey !== state.lastKey) state.fromEnd = 0;
    state.lastKey = lastKey;
    if (state.isAtEnd) stayAtEnd(view, state.fromEnd);
    else if (held.apply()) state.height = view.clientHeight;
    else if (state.height !== 0) view.scrollTop += state.height - view.clientHeight;
    state.height = view.clientHeight;
    review();
  }, [review, held]);

  // The place to open at, before anything is painted.
  useLayoutEffect(() => {
    const view = viewOf(foot);
    if (!view) return;
    const { target, rows } = latest.current;
    place.current.height = view.clientHeight;
    if (target.kind === "message" && findRow(rows, target.sentAt) >= 0) {
      const { top } = target;
      held.hold(target.sentAt, "px" in top ? top.px : top.shareOfHeight * view.clientHeight);
    } else {
      place.current.isAtEnd = true;
      stayAtEnd(view, 0);
    }
  }, [held]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows are the reason to settle.
  useLayoutEffect(settle, [rows, isAtTail, settle]);

  useEffect(() => {
    const view = viewOf(foot);
    if (!view || !foot.current) return;
    const sizes = new ResizeObserver(settle);
    sizes.observe(view);
    sizes.observe(foot.current);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onScroll = () => {
      // Whether the end is followed has to be known at once; the rest can wait.
      const fromEnd = view.scrollHeight - view.clientHeight - view.scrollTop;
      place.current.isAtEnd = latest.current.isAtTail && fromEnd <= AT_END_WITHIN_PX;
      place.current.fromEnd = Math.max(0, fromEnd);
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
    const view = viewOf(foot);
    const handle = list.current;
    return () => {
      if (!view || !handle) return;
      const { rows, onLeave } = latest.current;
      onLeave(place.current.isAtEnd ? null : placeInView(handle, rows, view.scrollTop));
    };
  }, []);

  useImperativeHandle(
    ref,
    () => ({
      toEnd(isGliding = false) {
        const view = viewOf(foot);
        if (!view) return;
        const fromEnd = view.scrollHeight - view.clientHeight - view.scrollTop;
        if (isGliding && fromEnd < view.clientHeight * GLIDE_WITHIN_SCREENS && canGlide()) {
          place.current.isGoingToEnd = true;
          list.current?.scrollToIndex(latest.current.rows.length - 1, {
            align: "end",
            smooth: true,
          });
        } else {
          place.current.isAtEnd = true;
          place.current.fromEnd = 0;
          stayAtEnd(view, 0);
        }
      },
      toMessage(sentAt) {
        const view = viewOf(foot);
        const { rows } = latest.current;
        if (!view || rows[findRow(rows, sentAt)]?.message.sentAt !== sentAt) return false;
        place.current.isAtEnd = false;
        held.hold(sentAt, view.clientHeight / 3);
        return true;
      },
    }),
    [held],
  );

  /** For the list: something in it has another height now. */
  const onResize = useCallback(() => {
    const view = viewOf(foot);
    if (view && place.current.isAtEnd) stayAtEnd(view, place.current.fromEnd);
    else held.apply();
  }, [held]);
  const onScrollEnd = useCallback(() => {
    const view = viewOf(foot);
    // The end may have moved on while the view was gliding to where it was.
    if (view && place.current.isGoingToEnd && place.current.isAtEnd) {
      stayAtEnd(view, 0);
    }
    place.current.isGoingToEnd = false;
    review();
  }, [review]);
  return { list, foot, onResize, onScrollEnd };
}

/** Input that scrolls, or may. */
const INPUTS = ["wheel", "touchstart", "keydown", "pointerdown"] as const;

/**
 * Holds one row at a place in the view while the rows around it are measured for the first time: two
 * quiet frames, or the first input of the reader, end it.
 */
function useHeldRow(
  list: RefObject<VirtualizerHandle | null>,
  foot: RefObject<HTMLElement | null>,
  latest: RefObject<LogScrollOptions>,
) {
  const [held] = useState(() => {
    let row: { sentAt: number; top: number } | null = null;
    let frame = 0;
    const release = () => {
      row = null;
      cancelAnimationFrame(frame);
    };
    const apply = () => {
      const view = viewOf(foot);
      if (!row || !view || !list.current) return false;
      const { sentAt, top } = row;
      const index = findRow(latest.current.rows, sentAt);
      if (index < 0) return false;
      view.scrollTop = list.current.getItemOffset(index) - top;
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(release);
      });
      return true;
    };
    const hold = (sentAt: number, top: number) => {
      row = { sentAt, top };
      apply();
    };
    return { hold, apply, release };
  });
  useEffect(() => {
    const view = viewOf(foot);
    const onInput = () => {
      held.release();
      latest.current.onReaderMoves();
    };
    for (const input of INPUTS) view?.addEventListener(input, onInput, { passive: true });
    return () => {
      for (const input of INPUTS) view?.removeEventListener(input, onInput);
      held.release();
    };
  }, [held, foot, latest]);
  return held;
}

function stayAtEnd(view: HTMLElement, fromEnd: number): void {
  view.scrollTop = view.scrollHeight - view.clientHeight - fromEnd;
}

/** The first stored message that was sent then or later; -1 when there is none. */
function findRow(rows: readonly MessageRow[], sentAt: number): number {
  return rows.findIndex(({ message }) => message.seq !== null && message.sentAt >= sentAt);
}

function viewOf(foot: RefObject<HTMLElement | null>): HTMLElement | null {
  return foot.current?.parentElement ?? null;
}

function canGlide(): boolean {
  return !matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function dayInView(list: VirtualizerHandle, rows: readonly MessageRow[]): number | null {
  const index = list.findItemIndex(list.scrollOffset);
  const row = rows[index];
  if (!row) return null;
  // Its own heading begins the row; it says the same as long as it is in view.
  const isHeadingInView = row.startsDay && list.getItemOffset(index) >= list.scrollOffset - 8;
  return isHeadingInView ? null : row.dayMs;
}

/** The first stored message that begins in the view, and where. */
function placeInView(
  list: VirtualizerHandle,
  rows: readonly MessageRow[],
  scrollTop: number,
): ReadingPlace | null {
  for (let index = list.findItemIndex(scrollTop); index < rows.length; index++) {
    const { message } = rows[index]!;
    const offset = list.getItemOffset(index) - scrollTop;
    if (offset < 0 || message.seq === null) continue;
    return { seq: message.seq, sentAt: message.sentAt, offset };
  }
  return null;
}

/**
 * The state of a value that is told often and differs seldom.
 *
 * @returns the value and a stable way to tell it.
 */
export function useLook(): [LogLook, (look: LogLook) => void] {
  const [look, setLook] = useState<LogLook>({ isAtEnd: false, isFarFromEnd: false, dayMs: null });
  const tell = useCallback((next: LogLook) => {
    setLook((before) =>
      before.isAtEnd === next.isAtEnd &&
      before.isFarFromEnd === next.isFarFromEnd &&
      before.dayMs === next.dayMs
        ? before
        : next,
    );
  }, []);
  return [look, tell];
}
