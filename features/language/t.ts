import { currentLanguage, directionOf, type Language } from "@/lib/language";
import { findText } from "./catalogue";
import type { TextKey } from "./messages-en";

// Made when first needed, and kept: making one takes longer than all texts of a screen together.
const pluralRules = new Map<Language, Intl.PluralRules>();
const numberFormats = new Map<Language, Intl.NumberFormat>();

function pluralRulesOf(language: Language): Intl.PluralRules {
  const rules = pluralRules.get(language) ?? new Intl.PluralRules(language);
  pluralRules.set(language, rules);
  return rules;
}

function numberFormatOf(language: Language): Intl.NumberFormat {
  const format = numberFormats.get(language) ?? new Intl.NumberFormat(language);
  numberFormats.set(language, format);
  return format;
}

/**
 * The text for a key in the page's language, with its facts put in; numbers are written as that
 * language writes them. `count` also chooses between the forms by number. A fact that is missing
 * leaves its mark visible, so that the mistake is seen.
 *
 * The language is fixed for the life of a page, and `LanguageProvider` holds a page back until its
 * texts are here: so this is a plain function that anything may call while it draws. What is computed
 * when a module loads must not call it.
 */
export function t(key: TextKey, facts: Record<string, string | number> = {}): string {
  const { text, language } = findText(currentLanguage(), key);
  const form =
    typeof text === "string"
      ? text
      : (text[pluralRulesOf(language).select(Number(facts.count))] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (mark, name: string) => {
    const fact = facts[name];
    if (fact === undefined) return mark;
    if (typeof fact === "number") return numberFormatOf(language).format(fact);
    return isolate(fact, directionOf(currentLanguage()));
  });
}

const RTL =
  "\\p{Script=Hebrew}\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Thaana}\\p{Script=Nko}";
/** A letter or digit that is foreign to a page of this direction. */
const FOREIGN = {
  ltr: new RegExp(`(?=[${RTL}])[\\p{L}\\p{N}]`, "u"),
  rtl: new RegExp(`(?![${RTL}])[\\p{L}\\p{N}]`, "u"),
};

/**
 * Keeps a fact that is written in the other direction from rearranging the sentence around it, as a
 * name in Latin letters before a number does in Hebrew. An address stays as it is: programs that make
 * links of text would take the marks for a part of it.
 */
function isolate(fact: string, direction: "ltr" | "rtl"): string {
  if (/^https?:/.test(fact)) return fact;
  return FOREIGN[direction].test(fact) ? `\u2068${fact}\u2069` : fact;
}
