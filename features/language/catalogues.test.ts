import { describe, expect, it } from "vitest";
import { type Catalogue, LOADERS } from "./catalogue";
import { messagesEn, type Sentence, type TextKey } from "./messages-en";

const keys = Object.keys(messagesEn) as TextKey[];
const marksOf = (form: string) => [...form.matchAll(/\{\w+\}/g)].map(String).sort();
/** The forms of whole numbers; the forms of fractions and millions may be left to `other`. */
const NUMBERS = Array.from({ length: 200 }, (_, number) => number);

describe.each(Object.entries(LOADERS))("the texts in %s", (language, load) => {
  it("are all there, and no others", async () => {
    const catalogue = await load();
    expect(keys.filter((key) => catalogue[key] === undefined)).toEqual([]);
    expect(Object.keys(catalogue).filter((key) => !Object.hasOwn(messagesEn, key))).toEqual([]);
  });

  it("have the forms by number that the language has", async () => {
    const catalogue = await load();
    const rules = new Intl.PluralRules(language);
    const needed = new Set(NUMBERS.map((number) => rules.select(number)));
    const possible: readonly string[] = rules.resolvedOptions().pluralCategories;
    const wrong = keys.filter((key) => {
      const text = catalogue[key];
      if (text === undefined) return false;
      // What changes with a number in English may be one sentence here, but only where no number changes words.
      if (typeof text === "string") return typeof messagesEn[key] !== "string" && needed.size > 1;
      const forms = Object.keys(text);
      return (
        typeof messagesEn[key] === "string" ||
        [...needed].some((form) => !forms.includes(form)) ||
        forms.some((form) => !possible.includes(form))
      );
    });
    expect(wrong).toEqual([]);
  });

  it("keep the places of the facts", async () => {
    const catalogue = await load();
    const wrong = keys.flatMap((key) => {
      const english: Sentence = messagesEn[key];
      const text = catalogue[key];
      if (text === undefined) return [];
      const wanted = marksOf(typeof english === "string" ? english : english.other);
      const forms = typeof text === "string" ? { other: text } : text;
      return Object.entries(forms)
        .filter(([form, sentence]) => {
          const marks = marksOf(sentence);
          // "One other", "two others": words may say a number as well as digits.
          const isNamed = ["zero", "one", "two"].includes(form);
          const spared = isNamed ? wanted.filter((mark) => mark !== "{count}") : wanted;
          return String(marks) !== String(wanted) && String(marks) !== String(spared);
        })
        .map(([form]) => `${key}.${form}`);
    });
    expect(wrong).toEqual([]);
  });
});

/** Other words for what is called something else everywhere, and another way to speak to people. */
const STRANGERS: Record<string, RegExp> = {
  en: /e-mail|conversation/i,
  de: /Unterhaltung|Konversation|Gespräch|\bIhr(?:e[mnrs]?)? (?:Name|Konto|Passwort)|\bEmail/,
  fr: /conversation|\bvotre\b|\bvos\b|issez\b/i,
  es: /conversaci|\busted\b|e-mail/i,
  ar: /ايميل|إيميل|دردشة/,
  he: /אימייל|צ'אט/,
  ja: /会話|Eメール/,
  zh: /电子邮件|对话|(?<!登录)会话/,
};

/** English is no loader's: it is there from the beginning. */
const EVERY = { en: async (): Promise<Catalogue> => messagesEn, ...LOADERS };

it.each(Object.entries(EVERY))(
  "the texts in %s call a thing by one name",
  async (language, load) => {
    const catalogue = await load();
    const texts = keys.flatMap((key) => {
      const text = catalogue[key] ?? "";
      const forms = typeof text === "string" ? [text] : Object.values(text);
      return forms.map((form) => form.replace(/\{\w+\}/g, ""));
    });
    const stranger = STRANGERS[language];
    expect(stranger).toBeDefined();
    expect(texts.filter((text) => stranger?.test(text))).toEqual([]);
  },
);
