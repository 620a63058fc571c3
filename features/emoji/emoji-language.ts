import { currentLanguage, type Language } from "@/lib/language";

/** Nobody has written the names down in the others, so they stay English there. */
const NAMED_IN: readonly Language[] = ["en", "de", "es", "fr", "ja", "zh"];

/** The language in which emoji are called by name and found on this page. */
export function emojiLanguage(): Language {
  const language = currentLanguage();
  return NAMED_IN.includes(language) ? language : "en";
}
