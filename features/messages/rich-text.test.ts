import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Block, type Inline, readRichText } from "./rich-text";

const members = [
  { userId: "bo", name: "Bo" },
  { userId: "bod", name: "Bo Diddley" },
  { userId: "none", name: "" },
];

/** The blocks as a short text: `<strong a>`, one block a line. */
function sketch(text: string): string {
  return readRichText(text, members).map(sketchBlock).join(" | ");
}

function sketchBlock(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return sketchInline(block.children);
    case "quote":
      return `<quote ${sketchInline(block.children)}>`;
    case "code":
      return `<block ${block.text}>`;
    case "list":
      return `<list ${block.start ?? "-"}: ${block.items.map(sketchInline).join("; ")}>`;
  }
}

function sketchInline(inlines: Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.kind === "text") return inline.text;
      if ("children" in inline) return `<${inline.kind} ${sketchInline(inline.children)}>`;
      return `<${inline.kind} ${inline.text}>`;
    })
    .join("");
}

describe("readRichText", () => {
  it.each([
    ["plain", "plain"],
    [
      "a **bold** *it* _it_ ~~no~~ `x*y`",
      "a <strong bold> <emphasis it> <emphasis it> <strike no> <code x*y>",
    ],
    ["**bold _and it_**", "<strong bold <emphasis and it>>"],
    ["***", "***"],
    ["** no ** * no * __no__", "** no ** * no * __no__"],
    ["2*3*4 snake_case_name a**b**c", "2*3*4 snake_case_name a**b**c"],
    ["5 * 4 = 20 * 1", "5 * 4 = 20 * 1"],
    ["*one\ntwo*", "<emphasis one\ntwo>"],
    ["`unclosed and *it*", "`unclosed and <emphasis it>"],
    ["``", "``"],
    ["https://a.example/_x_*y* *z*", "<link https://a.example/_x_*y*> <emphasis z>"],
    ["**太字**です", "**太字**です"],
    ["これは **太字** です", "これは <strong 太字> です"],
    ["<b>x</b> &amp; [a](javascript:b)", "<b>x</b> &amp; [a](javascript:b)"],
  ])("reads %j", (text, expected) => {
    expect(sketch(text)).toBe(expected);
  });

  it.each([
    ["> said\n> *so*\nreply", "<quote said\n<emphasis so>> | reply"],
    ["- one\n- **two**\n\nthen", "<list -: one; <strong two>> | then"],
    ["3. three\n4. four", "<list 3: three; four>"],
    ["look:\n```ts\nconst a = *b*;\n\n> c\n```\nso", "look: | <block const a = *b*;\n\n> c> | so"],
    ["```\nnever closed", "<block never closed>"],
    ["-5 degrees\n1.5 metres", "-5 degrees\n1.5 metres"],
    ["one\n\n\ntwo", "one\n\n\ntwo"],
    ["\n\n", ""],
  ])("reads the blocks of %j", (text, expected) => {
    expect(sketch(text)).toBe(expected);
  });

  it("knows members by their longest name, and nobody else", () => {
    expect(sketch("@Bo Diddley and @Bo, not @Bob or a@Bo or @Ada")).toBe(
      "<mention @Bo Diddley> and <mention @Bo>, not @Bob or a@Bo or @Ada",
    );
    expect(sketch("**hi @Bo** `@Bo`")).toBe("<strong hi <mention @Bo>> <code @Bo>");
  });

  it("loses no letter of any text", () => {
    const letters = (text: string) => text.replace(/[^a-z]/g, "");
    const written = fc.array(
      fc.constantFrom(
        "a",
        "b c",
        " ",
        "\n",
        "*",
        "**",
        "_",
        "~~",
        "`",
        "```",
        "> ",
        "- ",
        "1. ",
        "@Bo",
        "https://a.b/c ",
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(written, (parts) => {
        const text = parts.join("");
        // The word after a fence names a language and is not shown.
        if (/^```[^\n`]+$/m.test(text)) return;
        const shown = sketch(text).replace(
          /<(?:strong|emphasis|strike|code|link|mention|quote|block|list)/g,
          "",
        );
        expect(letters(shown)).toBe(letters(text));
      }),
    );
  });

  it("reads a text in one go: a hundred thousand marks that close nothing end the test in time", () => {
    for (const mark of ["*a ", "**a ", "_a ", "`", "~~a ", "@Bo", "> ", "* ", "*a _b ~~c "]) {
      readRichText(mark.repeat(100_000 / mark.length), members);
    }
  });
});
