"use client";

import { useState } from "react";

/**
 * For a dialog without a button of its own to be opened by: the focus goes back to where it was when
 * the dialog appeared, unless `first` has prevented that.
 */
export function useFocusReturn(first?: (event: Event) => void): (event: Event) => void {
  const [before] = useState(() => document.activeElement);
  return (event) => {
    first?.(event);
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (before instanceof HTMLElement) before.focus();
  };
}
