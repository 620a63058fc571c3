import { describe, expect, it } from "vitest";
import { groupReactions, toggleReaction } from "./reaction-groups";

const reactions = [
  { emoji: "👍", userId: "ada" },
  { emoji: "⚓", userId: "bo" },
  { emoji: "👍", userId: "me" },
];

describe("reactions", () => {
  it("stand together by emoji, first given first", () => {
    expect(groupReactions(reactions, "me")).toEqual([
      { emoji: "👍", count: 2, isMine: true, userIds: ["ada", "me"] },
      { emoji: "⚓", count: 1, isMine: false, userIds: ["bo"] },
    ]);
  });
  it("are given once and taken back, never somebody else's", () => {
    expect(toggleReaction(reactions, "👍", "me")).toEqual(reactions.slice(0, 2));
    expect(toggleReaction(reactions, "⚓", "me")).toEqual([
      ...reactions,
      { emoji: "⚓", userId: "me" },
    ]);
    expect(toggleReaction(toggleReaction([], "🎉", "me"), "🎉", "me")).toEqual([]);
  });
});
