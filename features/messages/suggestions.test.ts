import { describe, expect, it } from "vitest";
import { findClosedName, findTrigger, searchMembers } from "./suggestions";

const at = (text: string) => findTrigger(text, text.length);

describe("findTrigger", () => {
  it("begins after two letters, at the beginning of a word", () => {
    expect(at(":p")).toBeNull();
    expect(at("so :sm")).toEqual({ kind: "emoji", query: "sm", from: 3, to: 6 });
    expect(at("at 10:30")).toBeNull();
    expect(at("https://a")).toBeNull();
    expect(at(":smile ")).toBeNull();
    expect(findTrigger("(:smile)", 5)).toEqual({ kind: "emoji", query: "smi", from: 1, to: 5 });
  });
  it("knows the beginning of a name after an @, with its spaces", () => {
    expect(at("@")).toEqual({ kind: "mention", query: "", from: 0, to: 1 });
    expect(at("hi @Bo Did")).toEqual({ kind: "mention", query: "Bo Did", from: 3, to: 10 });
    expect(at("me@home")).toBeNull();
    expect(at("@one two three four")).toBeNull();
    expect(at("@ \n")).toBeNull();
  });
  it("knows a name that has just been closed", () => {
    expect(findClosedName("a :smile:", 9)).toEqual({
      kind: "emoji",
      query: "smile",
      from: 2,
      to: 9,
    });
    expect(findClosedName("10:30:", 6)).toBeNull();
    expect(findClosedName("@Bo:", 4)).toBeNull();
  });
});

describe("searchMembers", () => {
  const members = [
    { userId: "bo", name: "Bo Diddley" },
    { userId: "rene", name: "René Descartes" },
    { userId: "gone", name: "" },
  ];
  const found = (query: string) => searchMembers(members, query, 8).map(({ userId }) => userId);
  it("takes the beginning of any word of a name, without its accents", () => {
    expect([found(""), found("did"), found("rene d"), found("x")]).toEqual([
      ["bo", "rene"],
      ["bo"],
      ["rene"],
      [],
    ]);
    expect(searchMembers(members, "", 1)).toHaveLength(1);
  });
});
