"use client";

import { useMutation } from "convex/react";
import { type RefObject, useCallback, useEffect, useRef } from "react";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";

/** A message has been seen when this much of it is visible, or when it fills this much of the log. */
const SEEN_RATIO = 0.5;
/** Read marks travel at most this often; the newest one says everything. */
const MARK_EVERY_MS = 400;

export type Seen = { messageId: string; seq: number };

export type MessageVisibilityOptions = {
  log: RefObject<HTMLElement | null>;
  conversationId: string;
  /** What is read already; only what is above it is watched. `null` while unknown. */
  lastReadSeq: number | null;
  /** The newest stored message, whoever wrote it. */
  newestSeq: number;
};

/**
 * Moves the viewer's read mark to the newest message that they have really seen: half of it visible,
 * in a window that is visible and has focus.
 *
 * @returns a ref callback for the element of each message; others' stored ones only.
 */
export function useMessageVisibility(options: MessageVisibilityOptions) {
  const { log, conversationId, lastReadSeq, newestSeq } = options;
  const markAsRead = useMutation(api.messages.markMessageAsRead).withOptimisticUpdate((store) => {
    const counts = store.getQuery(api.conversations.getUnreadCounts, {});
    // Only when everything is read is the new count known without asking.
    if (!counts || (pending.current?.seq ?? 0) < latest.current.newestSeq) return;
    store.setQuery(
      api.conversations.getUnreadCounts,
      {},
      counts.filter((count) => count.conversationId !== conversationId),
    );
  });
  const latest = useRef({ markAsRead, lastReadSeq, newestSeq });
  latest.current = { markAsRead, lastReadSeq, newestSeq };

  const visible = useRef(new Map<Element, Seen>());
  const watched = useRef(new Map<Element, Seen>());
  const observer = useRef<IntersectionObserver | null>(null);
  const pending = useRef<Seen | null>(null);
  const sentSeq = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const lastSentAt = useRef(Number.NEGATIVE_INFINITY);

  const flush = useCallback(() => {
    timer.current = undefined;
    const seen = pending.current;
    if (!seen) return;
    lastSentAt.current = performance.now();
    sentSeq.current = seen.seq;
    latest.current
      .markAsRead({ messageId: seen.messageId as Id<"messages"> })
      .catch(() => {
        // The mark did not move; seeing the next message tries again.
        sentSeq.current = 0;
      })
      .finally(() => {
        if (pending.current === seen) pending.current = null;
      });
  }, []);

  const review = useCallback(() => {
    const { lastReadSeq: readSeq } = latest.current;
    if (readSeq === null || document.visibilityState !== "visible" || !document.hasFocus()) return;
    let newest: Seen | null = null;
    for (const seen of visible.current.values()) {
      if (newest === null || seen.seq > newest.seq) newest = seen;
    }
    if (newest === null || newest.seq <= Math.max(readSeq, sentSeq.current)) return;
    if (pending.current && pending.current.seq >= newest.seq) return;
    pending.current = newest;
    if (timer.current !== undefined) return;
    const waitMs = Math.max(0, lastSentAt.current + MARK_EVERY_MS - performance.now());
    timer.current = setTimeout(flush, waitMs);
  }, [flush]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a mark that becomes known is a reason to look again.
  useEffect(review, [lastReadSeq, review]);

  useEffect(() => {
    const root = log.current;
    if (!root) return;
    const current = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          const seen = watched.current.get(entry.target);
          const fills = entry.rootBounds
            ? entry.intersectionRect.height >= entry.rootBounds.height * SEEN_RATIO
            : false;
          if (seen && entry.isIntersecting && (entry.intersectionRatio >= SEEN_RATIO || fills)) {
            visible.current.set(entry.target, seen);
          } else {
            visible.current.delete(entry.target);
          }
        }
        review();
      },
      { root, threshold: [0, 0.25, SEEN_RATIO, 0.75] },
    );
    observer.current = current;
    for (const element of watched.current.keys()) current.observe(element);
    window.addEventListener("focus", review);
    document.addEventListener("visibilitychange", review);
    return () => {
      current.disconnect();
      observer.current = null;
      window.removeEventListener("focus", review);
      document.removeEventListener("visibilitychange", review);
      // What was seen was seen, also when the chat is left in the same moment.
      if (timer.current !== undefined) {
        clearTimeout(timer.current);
        flush();
      }
    };
  }, [log, review, flush]);

  return useCallback((element: HTMLElement | null, seen: Seen) => {
    if (!element) return;
    watched.current.set(element, seen);
    observer.current?.observe(element);
    return () => {
      watched.current.delete(element);
      visible.current.delete(element);
      observer.current?.unobserve(element);
    };
  }, []);
}
