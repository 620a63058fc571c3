"use client";

import { type ReactNode, useEffect } from "react";
import { applyTheme, followTheme } from "./use-theme";

/** Keeps the page's theme in step with the choice, the device and the other tabs. */
export function ThemeProvider({ children }: { children: ReactNode }) {
  useEffect(() => {
    applyTheme();
    return followTheme();
  }, []);
  return children;
}
