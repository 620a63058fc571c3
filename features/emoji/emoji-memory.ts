import { browserStorage } from "@/lib/browser-storage";

/** The tones that there are, and what each is called. */
export const SKIN_TONES = {
  none: "emoji.tone.none",
  light: "emoji.tone.light",
  "medium-light": "emoji.tone.medium-light",
  medium: "emoji.tone.medium",
  "medium-dark": "emoji.tone.medium-dark",
  dark: "emoji.tone.dark",
} as const;
export type SkinTone = keyof typeof SKIN_TONES;

const RECENT_KEY = "parley:emoji-recent";
const TONE_KEY = "parley:emoji-tone";
const RECENT_MAX = 16;
const EMOJI_MAX_UNITS = 32;

/** The emoji used last on this device, the newest first. */
export function readRecentEmoji(): string[] {
  let stored: unknown;
  try {
    stored = JSON.parse(browserStorage()?.getItem(RECENT_KEY) ?? "[]");
  } catch {
    return [];
  }
  const isEmoji = (one: unknown): one is string =>
    typeof one === "string" && one.length > 0 && one.length <= EMOJI_MAX_UNITS;
  return Array.isArray(stored) ? stored.filter(isEmoji).slice(0, RECENT_MAX) : [];
}

export function rememberEmoji(emoji: string): void {
  const recent = [emoji, ...readRecentEmoji().filter((one) => one !== emoji)];
  write(RECENT_KEY, JSON.stringify(recent.slice(0, RECENT_MAX)));
}

export function readSkinTone(): SkinTone {
  try {
    const stored = browserStorage()?.getItem(TONE_KEY) ?? "none";
    return Object.hasOwn(SKIN_TONES, stored) ? (stored as SkinTone) : "none";
  } catch {
    return "none";
  }
}

export function rememberSkinTone(tone: SkinTone): void {
  write(TONE_KEY, tone);
}

function write(key: string, value: string): void {
  try {
    browserStorage()?.setItem(key, value);
  } catch {
    // Blocked or full: it is only not remembered.
  }
}
