import { LANGUAGE_COOKIE, type LanguageChoice } from "@/lib/language";

const YEAR_SECONDS = 31_536_000;

/**
 * Remembers the choice on this device and, where that changed something, loads the page anew in it:
 * drafts and unsent messages are kept in the browser and survive. A browser without cookies stays as
 * it is, instead of loading again and again.
 */
export function chooseLanguage(choice: LanguageChoice): void {
  if (readLanguageChoice() === choice) return;
  const isForgotten = choice === "system";
  const secure = window.location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not in every browser yet.
  document.cookie = `${LANGUAGE_COOKIE}=${isForgotten ? "" : choice}; path=/; max-age=${
    isForgotten ? 0 : YEAR_SECONDS
  }; samesite=lax${secure}`;
  if (readLanguageChoice() === choice) window.location.reload();
}

/** What was chosen on this device. */
export function readLanguageChoice(): LanguageChoice {
  const found = new RegExp(`(?:^|;\\s*)${LANGUAGE_COOKIE}=([a-z]{2})(?:;|$)`).exec(document.cookie);
  return (found?.[1] as LanguageChoice | undefined) ?? "system";
}
