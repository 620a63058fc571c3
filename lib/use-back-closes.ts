"use client";

import { useEffect, useRef } from "react";
import { addSheet, WIDE_QUERY } from "./sheet-steps";

/** On a phone, while something lies over the page, Back closes it and stays on the page. */
export function useBackCloses(onClose: () => void, isOpen = true): void {
  const latest = useRef(onClose);
  latest.current = onClose;
  useEffect(() => {
    if (!isOpen || matchMedia(WIDE_QUERY).matches) return;
    return addSheet({ close: () => latest.current() });
  }, [isOpen]);
}
