"use client";

import { useCallback, useEffect, useRef } from "react";
import { useIsWide } from "./use-media";

const SHEET_STATE = { parleySheet: true };

/**
 * While a sheet is open on a phone, Back closes it and stays on the page: it has a step of the history
 * of its own, which goes with it.
 *
 * @returns to be called before the sheet leads to another page, which then follows on that step.
 */
export function useBackCloses(onClose: () => void): () => void {
  const isWide = useIsWide();
  const latest = useRef(onClose);
  latest.current = onClose;
  const hasLeft = useRef(false);
  useEffect(() => {
    if (isWide) return;
    const onBack = () => latest.current();
    // In a task of its own: React mounts twice while one develops, and a step back comes late.
    const timer = setTimeout(() => {
      window.history.pushState(SHEET_STATE, "", window.location.href);
      window.addEventListener("popstate", onBack);
    });
    return () => {
      clearTimeout(timer);
      window.removeEventListener("popstate", onBack);
      const state: unknown = window.history.state;
      const isOnTop = typeof state === "object" && state !== null && "parleySheet" in state;
      if (isOnTop && !hasLeft.current) window.history.back();
    };
  }, [isWide]);
  return useCallback(() => {
    hasLeft.current = true;
  }, []);
}
