import { messagesEn, type Sentence, type TextKey } from "./messages-en";

const plurals = new Intl.PluralRules("en");

/**
 * The text for a key, with its facts put in. `count` also chooses between the forms by number.
 * A fact that is missing leaves its mark visible, so that the mistake is seen.
 */
export function t(key: TextKey, facts: Record<string, string | number> = {}): string {
  const sentence: Sentence = messagesEn[key];
  const form =
    typeof sentence === "string"
      ? sentence
      : plurals.select(Number(facts.count)) === "one"
        ? sentence.one
        : sentence.other;
  return form.replace(/\{(\w+)\}/g, (mark, name: string) => {
    const fact = facts[name];
    return fact === undefined ? mark : String(fact);
  });
}
