/** The languages Parley speaks, by their tags, each under the name its own speakers give it. */
export const LANGUAGES = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  es: "Español",
  ar: "العربية",
  he: "עברית",
  ja: "日本語",
  zh: "简体中文",
} as const;

export type Language = keyof typeof LANGUAGES;

/** What a person may choose; `system` follows what their browser asks for. */
export type LanguageChoice = Language | "system";

/** The choice on this device. A cookie, because the server must write the page in it from the first byte. */
export const LANGUAGE_COOKIE = "parley_language";

const RIGHT_TO_LEFT: readonly Language[] = ["ar", "he"];

export function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag);
}

export function directionOf(language: Language): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}

/** Headers of strangers are not read further than this. */
const WISHES_MAX = 20;

/**
 * The language for a request: the cookie's if we speak it, else the first of `Accept-Language` by
 * weight that we speak in any variant, else English. The old tag of Hebrew, `iw`, is still sent.
 */
export function requestedLanguage(headers: {
  cookie?: string | undefined;
  acceptLanguage?: string | undefined;
}): Language {
  const chosen = new RegExp(`(?:^|;\\s*)${LANGUAGE_COOKIE}=([a-z]{2})(?:;|$)`).exec(
    headers.cookie ?? "",
  )?.[1];
  if (chosen !== undefined && isLanguage(chosen)) return chosen;
  const wishes = (headers.acceptLanguage ?? "")
    .split(",", WISHES_MAX)
    .map((wish) => {
      const [tag = "", ...parameters] = wish.trim().toLowerCase().split(";");
      const weight = parameters.map((part) => /^\s*q=([\d.]+)$/.exec(part)?.[1]).find(Boolean);
      const base = tag.split("-")[0] ?? "";
      return {
        tag: base === "iw" ? "he" : base,
        weight: weight === undefined ? 1 : Number(weight),
      };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return wishes.map(({ tag }) => tag).find(isLanguage) ?? "en";
}

/**
 * Pages of several people are rendered at once, and the renderer has its own copy of every module: it
 * meets the server that knows whose request it is only here.
 */
const REQUEST_LANGUAGE = Symbol.for("parley.requestLanguage");

type LanguageHolder = { [REQUEST_LANGUAGE]?: () => Language | undefined };

/** Tells this process how to find out the language of the request it is answering. */
export function readRequestLanguageBy(read: () => Language | undefined): void {
  (globalThis as LanguageHolder)[REQUEST_LANGUAGE] = read;
}

let pageLanguage: Language | null = null;

/** The language of the page; on the server, of the request. It never changes while a page lives. */
export function currentLanguage(): Language {
  if (typeof document === "undefined") {
    return (globalThis as LanguageHolder)[REQUEST_LANGUAGE]?.() ?? "en";
  }
  if (pageLanguage === null) {
    const tag = document.documentElement.lang;
    pageLanguage = isLanguage(tag) ? tag : "en";
  }
  return pageLanguage;
}
