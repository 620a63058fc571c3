import { describe, expect, it } from "vitest";
import { isEmoji } from "@/shared/emoji";
import { EMOJI_GROUPS, searchEmoji } from "./emoji-groups";
import { QUICK_REACTIONS } from "./reaction-groups";

describe("the emoji on offer", () => {
  it("are all accepted as reactions, and each stands once", () => {
    const all = EMOJI_GROUPS.flatMap(({ emoji }) => emoji.map(([one]) => one));
    expect([...all, ...QUICK_REACTIONS].filter((one) => !isEmoji(one))).toEqual([]);
    expect(new Set(all).size).toBe(all.length);
  });
  it("are found by the beginning of a word", () => {
    const found = (search: string) =>
      searchEmoji(search).flatMap(({ emoji }) => emoji.map(([one]) => one));
    expect(found("boat")).toEqual(["⛵"]);
    expect(found(" ANCH")).toEqual(["⚓"]);
    expect(found("zzz")).toEqual([]);
    expect(searchEmoji("")).toBe(EMOJI_GROUPS);
  });
});
