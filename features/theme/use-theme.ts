"use client";

import { useSyncExternalStore } from "react";
import {
  nextThemeChoice,
  parseThemeChoice,
  THEME_COLORS,
  THEME_STORAGE_KEY,
  type ThemeChoice,
} from "./theme-choice";

const DARK_QUERY = "(prefers-color-scheme: dark)";
const listeners = new Set<() => void>();

function readChoice(): ThemeChoice {
  try {
    return parseThemeChoice(localStorage.getItem(THEME_STORAGE_KEY));
  } catch {
    return "system";
  }
}

function isSystemDark(): boolean {
  return matchMedia(DARK_QUERY).matches;
}

/** Brings the page in line with the stored choice and the device, and tells those who show it. */
export function applyTheme(): void {
  const choice = readChoice();
  const isDark = choice === "dark" || (choice === "system" && isSystemDark());
  document.documentElement.classList.toggle("dark", isDark);
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    meta.setAttribute("content", isDark ? THEME_COLORS.dark : THEME_COLORS.light);
  }
  for (const listener of listeners) listener();
}

export function chooseTheme(choice: ThemeChoice): void {
  try {
    if (choice === "system") localStorage.removeItem(THEME_STORAGE_KEY);
    else localStorage.setItem(THEME_STORAGE_KEY, choice);
  } catch {
    // Without storage the choice lasts until the next page.
    document.documentElement.classList.toggle("dark", choice === "dark");
    for (const listener of listeners) listener();
    return;
  }
  applyTheme();
}

/** @returns what was chosen by it. */
export function toggleTheme(): ThemeChoice {
  const isDark = document.documentElement.classList.contains("dark");
  const choice = nextThemeChoice(isDark, isSystemDark());
  chooseTheme(choice);
  return choice;
}

/** Follows the device and the other tabs. @returns how to stop. */
export function followTheme(): () => void {
  const media = matchMedia(DARK_QUERY);
  const onStorage = (event: StorageEvent) => {
    if (event.key === THEME_STORAGE_KEY || event.key === null) applyTheme();
  };
  media.addEventListener("change", applyTheme);
  window.addEventListener("storage", onStorage);
  return () => {
    media.removeEventListener("change", applyTheme);
    window.removeEventListener("storage", onStorage);
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What was chosen; `system` while the server drafts the page. */
export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, readChoice, () => "system");
}

/** Whether the page is dark now; `false` while the server drafts it. */
export function useIsDark(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => document.documentElement.classList.contains("dark"),
    () => false,
  );
}
