"use client";

import { useSyncExternalStore } from "react";
import { WIDE_QUERY } from "@/lib/sheet-steps";

/** From this width on there is room for details beside both. */
const ROOMY_QUERY = "(min-width: 1180px)";

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
    () => true,
  );
}

export function useIsWide(): boolean {
  return useMedia(WIDE_QUERY);
}

export function useIsRoomy(): boolean {
  return useMedia(ROOMY_QUERY);
}

/** Whether the main pointer is a finger: then Enter makes a new line and nothing takes focus unasked. */
export function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
