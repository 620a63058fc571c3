"use client";

import { type RefObject, useEffect, useRef } from "react";

/** A mark at the end of a list: more is asked for as soon as it comes near. */
export function useLoadMoreMark(
  canLoadMore: boolean,
  loadMore: () => void,
): RefObject<HTMLDivElement | null> {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = mark.current;
    if (!element || !canLoadMore) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) loadMore();
      },
      { rootMargin: "400px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [canLoadMore, loadMore]);
  return mark;
}
