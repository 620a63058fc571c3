import { describe, expect, it } from "vitest";
import { fuzzyFilter, fuzzyScore } from "./fuzzy";

const best = (labels: string[], search: string) =>
  fuzzyFilter(
    labels.map((label) => ({ label })),
    search,
    10,
  ).map(({ label }) => label);

describe("fuzzyFilter", () => {
  it.each([
    ["al", ["Charlie Dallas", "Ada Lovelace", "Alan Turing"], "Alan Turing"],
    ["adlo", ["Aldo Moro", "Ada Lovelace"], "Ada Lovelace"],
    ["ng", ["Engineering", "New group"], "New group"],
    ["cafe", ["Face", "Café"], "Café"],
    ["上海", ["北京", "我家在上海"], "我家在上海"],
    ["theme", ["The meeting", "Toggle theme"], "Toggle theme"],
  ])("for %s puts first what fits best", (search, labels, expected) => {
    expect(best(labels, search)[0]).toBe(expected);
  });

  it("leaves out what lacks a letter, or has them in another order", () => {
    expect(best(["Ada", "Bob"], "bd")).toEqual([]);
    expect(best(["Ada", "Bob"], "ad")).toEqual(["Ada"]);
  });

  it("keeps everything, in its order, while nothing is searched for", () => {
    expect(best(["b", "a", "c"], " ")).toEqual(["b", "a", "c"]);
    expect(fuzzyScore("anything", "")).not.toBeNull();
  });
});
