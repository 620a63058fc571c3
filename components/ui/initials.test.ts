import { describe, expect, it } from "vitest";
import { hueOf, initialsOf } from "./initials";

describe("initialsOf", () => {
  it.each([
    ["Ada Lovelace", "AL"],
    ["ada", "A"],
    ["Boat club, Sunday crew", "BC"],
    ["Jean-Luc", "JL"],
    ["  Grace   Brewster  Hopper ", "GH"],
    ["山田 太郎", "山太"],
    ["سارة العلي", "سا"],
    ["👩‍🚀 Crew", "👩‍🚀C"],
    ["", "?"],
    ["--", "?"],
  ])("%j is %j", (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });
});

describe("hueOf", () => {
  it("is stable, in range, and spreads ids that differ in one character", () => {
    const hues = Array.from({ length: 200 }, (_, index) => hueOf(`user_${index}`));
    expect(hueOf("user_7")).toBe(hues[7]);
    expect(Math.min(...hues)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...hues)).toBeLessThan(360);
    expect(new Set(hues).size).toBeGreaterThan(120);
  });
});
