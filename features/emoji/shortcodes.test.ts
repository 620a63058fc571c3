import { describe, expect, it } from "vitest";
import { type EmojiNames, findShortcode, searchShortcodes } from "./shortcodes";

const all: EmojiNames[] = [
  ["😺", "smiley_cat"],
  ["🙂", "slight_smile"],
  ["😄", "smile", "grinning_face_with_closed_eyes"],
  ["👍", "+1", "thumbsup"],
];

describe("searchShortcodes", () => {
  it("puts the best name first", () => {
    expect(searchShortcodes(all, "smile", 8)).toEqual([
      { emoji: "😄", name: "smile" },
      { emoji: "😺", name: "smiley_cat" },
      { emoji: "🙂", name: "slight_smile" },
    ]);
    expect(searchShortcodes(all, "CLOSED", 8)).toEqual([
      { emoji: "😄", name: "grinning_face_with_closed_eyes" },
    ]);
    expect(searchShortcodes(all, "s", 2)).toHaveLength(2);
    expect(searchShortcodes(all, "+1", 8)).toEqual([{ emoji: "👍", name: "+1" }]);
    expect(searchShortcodes(all, "zzz", 8)).toEqual([]);
  });
  it("finds whole names only", () => {
    expect([findShortcode(all, "Smile"), findShortcode(all, "smil")]).toEqual(["😄", null]);
  });
});
