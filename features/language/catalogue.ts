import type { Language } from "@/lib/language";
import { messagesEn, type TextKey } from "./messages-en";

/** A text, or its forms by number under the names of `Intl.PluralRules`. `{name}` marks where a fact goes. */
export type Text =
  | string
  | ({ readonly other: string } & { readonly [form in Intl.LDMLPluralRule]?: string });

/** All texts of a language. Where one is missing the English one stands; `catalogues.test.ts` lists those. */
export type Catalogue = { readonly [key in TextKey]?: Text };

/** Each language is a chunk of its own: nobody loads one that they do not read. */
export const LOADERS: Record<Exclude<Language, "en">, () => Promise<Catalogue>> = {
  de: async () => (await import("./messages-de")).messagesDe,
  fr: async () => (await import("./messages-fr")).messagesFr,
  es: async () => (await import("./messages-es")).messagesEs,
  ar: async () => (await import("./messages-ar")).messagesAr,
  he: async () => (await import("./messages-he")).messagesHe,
  ja: async () => (await import("./messages-ja")).messagesJa,
  zh: async () => (await import("./messages-zh")).messagesZh,
};

const loaded = new Map<Language, Catalogue>([["en", messagesEn]]);
const arriving = new Map<Language, Promise<void>>();

/** Makes a language's texts known to `t`. The same promise for every call, so that React may wait for it. */
export function loadCatalogue(language: Language): Promise<void> {
  const known = arriving.get(language);
  if (known) return known;
  const load = language === "en" ? Promise.resolve(messagesEn) : LOADERS[language]();
  const arrival = load.then(
    (catalogue) => {
      loaded.set(language, catalogue);
    },
    (error: unknown) => {
      // Better English than no page at all; the next page load tries again.
      console.error(`The texts in "${language}" could not be loaded.`, error);
    },
  );
  arriving.set(language, arrival);
  return arrival;
}

/** The text of a key in a language, and the language that it is really in. */
export function findText(language: Language, key: TextKey): { text: Text; language: Language } {
  const text = loaded.get(language)?.[key];
  return text === undefined ? { text: messagesEn[key], language: "en" } : { text, language };
}
