"use client";

import { useEffect, useRef, useState } from "react";

/** Waiting shorter than this shows nothing at all. */
export const SKELETON_AFTER_MS = 400;
/** A skeleton that has appeared stays this long, so that it never flashes. */
export const SKELETON_AT_LEAST_MS = 300;

export type LoadingLook = "nothing" | "skeleton" | "ready";

/** What to show while something loads: nothing at first, a skeleton after a while, then the thing. */
export function usePatientLoading(isLoading: boolean): LoadingLook {
  const [look, setLook] = useState<LoadingLook>(isLoading ? "nothing" : "ready");
  const shownAt = useRef(0);

  useEffect(() => {
    if (isLoading) {
      const timer = setTimeout(() => {
        shownAt.current = performance.now();
        setLook("skeleton");
      }, SKELETON_AFTER_MS);
      return () => clearTimeout(timer);
    }
    const remainingMs = shownAt.current + SKELETON_AT_LEAST_MS - performance.now();
    if (shownAt.current === 0 || remainingMs <= 0) {
      setLook("ready");
      return;
    }
    const timer = setTimeout(() => setLook("ready"), remainingMs);
    return () => clearTimeout(timer);
  }, [isLoading]);

  // What is there already is shown in the same frame, unless a skeleton has just appeared.
  if (!isLoading && look === "nothing") return "ready";
  if (isLoading && look === "ready") return "nothing";
  return look;
}
