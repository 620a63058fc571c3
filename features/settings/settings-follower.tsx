"use client";

import { useEffect } from "react";
import { isLanguage } from "@/lib/language";
import { chooseLanguage } from "../language/language-choice";
import { chooseTextSize } from "../theme/text-size";
import { chooseTheme } from "../theme/use-theme";
import { recallSettings, rememberSettings, type Settings } from "./settings-memory";
import { useStoredSettings } from "./use-settings";

/**
 * Lets this device look as was chosen on another. Only news is followed: what somebody chose here
 * before they signed in stays until they choose again.
 */
export function SettingsFollower() {
  const stored = useStoredSettings();
  useEffect(() => {
    if (stored) follow(stored);
  }, [stored]);
  return null;
}

function follow(stored: Settings): void {
  const before = recallSettings();
  rememberSettings(stored);
  if (stored.theme !== before.theme) chooseTheme(stored.theme);
  if (stored.textSize !== before.textSize) chooseTextSize(stored.textSize);
  // Last, because it may load the page anew. A tag of a later version changes nothing.
  if (stored.language === before.language) return;
  if (stored.language === "system" || isLanguage(stored.language)) chooseLanguage(stored.language);
}
