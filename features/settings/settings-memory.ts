import type { FunctionReturnType } from "convex/server";
import type { api } from "@/convex/_generated/api";
import { browserStorage } from "@/lib/browser-storage";

export type Settings = FunctionReturnType<typeof api.settings.getSettings>;

const STORAGE_KEY = "parley:settings";

/** What holds for somebody who has chosen nothing; equal to the functions' own. */
export const DEFAULT_SETTINGS: Settings = {
  sharesLastSeen: true,
  sharesTyping: true,
  sharesReceipts: true,
  language: "system",
  theme: "system",
  textSize: "normal",
  enterSends: true,
};

/**
 * The settings as this device last heard of them: they serve until the database answers, and what
 * differs from them is news from another device.
 */
export function recallSettings(): Settings {
  try {
    const stored: unknown = JSON.parse(browserStorage()?.getItem(STORAGE_KEY) ?? "null");
    return typeof stored === "object" ? { ...DEFAULT_SETTINGS, ...stored } : DEFAULT_SETTINGS;
  } catch {
    return DEFAULT_SETTINGS;
  }
}

export function rememberSettings(settings: Settings): void {
  try {
    browserStorage()?.setItem(STORAGE_KEY, JSON.stringify(settings));
  } catch {
    // Without storage every page load hears them anew.
  }
}
