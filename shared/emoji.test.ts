import { describe, expect, it } from "vitest";
import { isEmoji } from "./emoji";

describe("isEmoji", () => {
  it.each(["👍", "👍🏽", "❤️", "❤", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇳🇱", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "#⃣", "🧑🏿‍🚀", "©️"])(
    "takes %j",
    (text) => {
      expect(isEmoji(text)).toBe(true);
    },
  );

  it.each(["", "a", "1", "👍👍", "👍a", " 👍", "🇳", "🇳🇱🇳", "\u200d", "\ufe0f", "👍\u200d", "<b>"])(
    "refuses %j",
    (text) => {
      expect(isEmoji(text)).toBe(false);
    },
  );

  it("refuses a chain longer than any emoji there is", () => {
    expect(isEmoji(["👩", "👩", "👧", "👦"].join("\u200d"))).toBe(true);
    expect(isEmoji(Array(12).fill("👩").join("\u200d"))).toBe(false);
  });
});
