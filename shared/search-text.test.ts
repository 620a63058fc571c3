import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  excerptOf,
  findParts,
  foldSearchText,
  indexSearchOf,
  searchParts,
  searchTextOf,
} from "./search-text";

/** What an index does: any term, the last one also by its beginning. */
function indexFinds(text: string, search: string): boolean {
  const terms = searchTextOf(text).split(" ");
  const asked = indexSearchOf(searchParts(search)).split(" ");
  return asked.some(
    (term, place) =>
      terms.includes(term) ||
      (place === asked.length - 1 && term !== "" && terms.some((one) => one.startsWith(term))),
  );
}

const marked = (text: string, search: string) =>
  findParts(text, searchParts(search))?.map(({ start, end }) => text.slice(start, end)) ?? null;

describe("a search", () => {
  it.each([
    ["上海", "我家在上海东边", ["上海"]],
    ["上", "我家在上海东边", ["上"]],
    ["边", "我家在上海东边", ["边"]],
    ["上海东边", "我家在上海东边", ["上海东边"]],
    ["cafe", "Meet me at the Café!", ["Café"]],
    ["CAFÉ", "cafe\u0301 noir", ["cafe\u0301"]],
    ["test", "We are testing; a test.", ["test", "test"]],
    ["meet test", "testing the meeting", ["test", "meet"]],
    ["strasse", "Die Straße", ["Straße"]],
    ["ισως", "ΙΣΩΣ", ["ΙΣΩΣ"]],
    ["istanbul", "İstanbul", ["İstanbul"]],
    ["елка", "Ёлка", ["Ёлка"]],
    ["とうきょう", "トウキョウタワー", ["トウキョウ"]],
    ["パーティー", "ﾊﾟｰﾃｨｰです", ["ﾊﾟｰﾃｨｰ"]],
    ["ABC", "ＡＢＣ店", ["ＡＢＣ"]],
    ["한국", "대한국민", ["한국"]],
    ["한국".normalize("NFD"), "대한국민", ["한국"]],
    ["שלום", "שָׁלוֹם לך", ["שָׁלוֹם"]],
    ["كتاب", "كِتَابٌ جديد", ["كِتَابٌ"]],
    ["احمد", "أحمد", ["أحمد"]],
    ["हिन्दी", "मुझे हिन्दी आती है", ["हिन्दी"]],
    ["ภาษา", "ฉันพูดภาษาไทยได้นิดหน่อย", ["ภาษา"]],
    ["iphone手机", "我的iPhone手机", ["iPhone手机"]],
    [
      "donaudampfschifffahrtsgesellschaft",
      "Donaudampfschifffahrtsgesellschaften",
      ["Donaudampfschifffahrtsgesellschaft"],
    ],
    ["42", "Gate 42b", ["42"]],
    ["𠮷野", "𠮷野家", ["𠮷野"]],
  ])("for %s finds %s", (search, text, expected) => {
    expect(marked(text, search)).toEqual(expected);
    expect(indexFinds(text, search)).toBe(true);
  });

  it.each([
    ["est", "testing"],
    ["上东", "上海东边"],
    ["か", "がくせい"],
    ["cafe tea", "Café"],
  ])("for %s does not find %s", (search, text) => {
    expect(marked(text, search)).toBeNull();
  });

  it.each([
    ["", ""],
    [" !? ", ""],
    ["a", ""],
    ["a b", ""],
    ["上", "上"],
    ["ab", "ab"],
    ["test 上海东", "上海 海东 test"],
  ])("for %j asks an index for %j", (search, expected) => {
    expect(indexSearchOf(searchParts(search))).toBe(expected);
  });

  it("asks an index for 16 terms at most, the beginning among them", () => {
    const asked = indexSearchOf(searchParts(`${"一二三四五六七八九十".repeat(7)} test`));
    expect(asked.split(" ")).toHaveLength(16);
    expect(asked.endsWith(" test")).toBe(true);
  });
});

describe("what is stored of a text", () => {
  it("has only terms that an index keeps, each once", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const terms = searchTextOf(text).split(" ").filter(Boolean);
        expect(new Set(terms).size).toBe(terms.length);
        const isKept = (term: string) =>
          /^[\p{Alphabetic}\p{N}]+$/u.test(term) && Buffer.byteLength(term) < 32;
        expect(terms.filter((term) => !isKept(term))).toEqual([]);
      }),
    );
  });

  it("is found by every word of the text, and every match lies in it", () => {
    const scripts = "abc ÄÖß éİı Ωςσ Ёжй ガﾊﾟか 上海東 한국 สวัสดี हिन्दी שָׁלוֹם كِتَاب 🎂 -.,'\n";
    const text = fc
      .array(fc.constantFrom(...scripts), { maxLength: 40 })
      .map((all) => all.join(""));
    fc.assert(
      fc.property(text, (content) => {
        for (const word of content.split(/[^\p{Alphabetic}\p{N}\p{M}]+/u)) {
          const parts = searchParts(word);
          if (parts.length === 0) continue;
          const found = findParts(content, parts);
          expect(found, word).not.toBeNull();
          expect(indexFinds(content, word), word).toBe(true);
          for (const { start, end } of found ?? []) {
            expect(start).toBeLessThan(end);
            expect(end).toBeLessThanOrEqual(content.length);
          }
        }
      }),
    );
  });

  it("is the same when it is folded again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const once = searchTextOf(text);
        expect(searchTextOf(foldSearchText(text))).toBe(once);
      }),
    );
  });
});

describe("an excerpt", () => {
  const match = (text: string, search: string) => findParts(text, searchParts(search)) ?? [];

  it("is the whole of a short text", () => {
    expect(excerptOf("A short test", match("A short test", "test"), 40)).toBe("A short test");
  });

  it("begins a little before the first match, at a word", () => {
    const text = `${"some words ".repeat(20)}then the test and ${"more words ".repeat(20)}`;
    const excerpt = excerptOf(text, match(text, "test"), 80);
    expect(excerpt.startsWith("…")).toBe(true);
    expect(excerpt.length).toBeLessThanOrEqual(80);
    expect(marked(excerpt, "test")).toEqual(["test"]);
    expect(excerpt.slice(1)).toMatch(/^(some|words) /);
  });

  it("never halves a character", () => {
    const text = `${"😀".repeat(100)}上海`;
    expect(excerptOf(text, match(text, "上海"), 41)).not.toMatch(/\p{Surrogate}/u);
  });
});
