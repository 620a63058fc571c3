import { currentLanguage, type Language } from "@/lib/language";
import { findText } from "./catalogue";
import type { TextKey } from "./messages-en";

type Rules = { plurals: Intl.PluralRules; numbers: Intl.NumberFormat };

const rulesOf = new Map<Language, Rules>();

function findRules(language: Language): Rules {
  const known = rulesOf.get(language);
  if (known) return known;
  const rules = {
    plurals: new Intl.PluralRules(language),
    numbers: new Intl.NumberFormat(language),
  };
  rulesOf.set(language, rules);
  return rules;
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
  const rules = findRules(language);
  const form =
    typeof text === "string"
      ? text
      : (text[rules.plurals.select(Number(facts.count))] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (mark, name: string) => {
    const fact = facts[name];
    if (fact === undefined) return mark;
    return typeof fact === "number" ? rules.numbers.format(fact) : fact;
  });
}
