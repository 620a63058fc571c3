import { describe, expect, it } from "vitest";
import { countBigEmoji, splitLinks } from "./text-parts";

const links = (text: string) =>
  splitLinks(text).flatMap((part) => (part.kind === "link" ? [part.text] : []));

describe("splitLinks", () => {
  it.each([
    ["see https://example.org/a?b=c#d.", ["https://example.org/a?b=c#d"]],
    ["(https://example.org/x_(y))", ["https://example.org/x_(y)"]],
    ["www.example.org and HTTP://EXAMPLE.ORG", ["www.example.org", "HTTP://EXAMPLE.ORG"]],
    ["https://例え.jp/道!", ["https://例え.jp/道"]],
    ["http://localhost:3000/x", ["http://localhost:3000/x"]],
    ["javascript:alert(1) data:text/html,x ftp://a.b", []],
    ["https://bank.example@evil.example", []],
    ["https:// http://x", []],
    ["nohttps://a.b", []],
    ["https://exa\u202emple.org", []],
  ])("%j", (text, expected) => {
    expect(links(text)).toEqual(expected);
  });

  it("loses no character of the text", () => {
    const text = "<b>https://a.example</b>, 'www.b.example/x', javascript:https://c.example)";
    const parts = splitLinks(text);
    expect(parts.map((part) => part.text).join("")).toBe(text);
    expect(splitLinks("")).toEqual([]);
  });

  it("a thousand links stay bounded", () => {
    const text = "https://a.example ".repeat(1000);
    const parts = splitLinks(text);
    expect(parts.filter(({ kind }) => kind === "link")).toHaveLength(50);
    expect(parts.map((part) => part.text).join("")).toBe(text);
  });
});

describe("countBigEmoji", () => {
  it.each([
    ["🎉", 1],
    ["👩‍👩‍👧‍👦 🏴‍☠️", 2],
    ["👍🏽👍🏿🇳🇴", 3],
    [" ❤️ ", 1],
    ["🎉🎉🎉🎉", 0],
    ["🎉 yes", 0],
    ["123", 0],
    ["1️⃣", 1],
    ["", 0],
    ["🎉".repeat(2000), 0],
  ])("%j has %d", (text, count) => {
    expect(countBigEmoji(text)).toBe(count);
  });
});
