import { describe, expect, it } from "vitest";
import { contentRefusal, cutText, hasLoneSurrogate, isBlank, previewText } from "./message-text";

describe("isBlank", () => {
  it.each([
    "",
    " \t\r\n\u00a0\u2003\u3000",
    "\u200b\u200c\u200d\u2060\ufeff",
    "\u3164\u115f\u1160\uffa0\u2800\u034f",
    "\u202a\u202e\u2066\u2069",
    "\ufe0f\u{e0100}\u{e0041}",
    "\u0000\u0007\u00ad",
  ])("holds for %j", (text) => {
    expect(isBlank(text)).toBe(true);
  });

  it.each([
    "x",
    " . ",
    "\u200bא\u200b",
    "😀",
    "\u0301",
    "0",
    "\ud800",
    "\u{1f3f4}\u{e0067}\u{e007f}",
  ])("does not hold for %j", (text) => {
    expect(isBlank(text)).toBe(false);
  });
});

describe("contentRefusal", () => {
  it("takes 4,000 units and refuses 4,001", () => {
    expect(contentRefusal("x".repeat(4000))).toBeNull();
    expect(contentRefusal("😀".repeat(2000))).toBeNull();
    const refused = { code: "too_long", field: "content", max: 4000 };
    expect(contentRefusal("x".repeat(4001))).toEqual(refused);
    expect(contentRefusal(" ".repeat(4001))).toEqual(refused);
  });

  it.each(["\ud83d", "a\ude00b", "\ude00\ud83d"])("refuses half of a character: %j", (content) => {
    expect(hasLoneSurrogate(content)).toBe(true);
    expect(contentRefusal(content)).toEqual({
      code: "invalid",
      field: "content",
      reason: "malformed",
    });
  });

  it("answers a hostile text of full length in no time to speak of", () => {
    // A pattern that backtracks would need years for these.
    for (const text of ["\u200b".repeat(3999), " \u3164".repeat(1999)]) {
      expect(contentRefusal(`${text}x`)).toBeNull();
      expect(contentRefusal(text)?.reason).toBe("blank");
    }
  });
});

describe("cutText and previewText", () => {
  it("never cut a character in half", () => {
    expect(cutText("ab😀", 3)).toBe("ab");
    expect(cutText("ab😀", 4)).toBe("ab😀");
    expect(cutText("ab😀c", 4)).toBe("ab😀");
    expect(cutText("", 0)).toBe("");
  });

  it("make one line of at most 120 units", () => {
    expect(previewText("  two\r\n\r\nlines ")).toBe("two lines");
    expect(previewText("x".repeat(4000))).toBe("x".repeat(120));
    expect(previewText(`${"\n".repeat(3000)}late`)).toBe("late");
  });
});
