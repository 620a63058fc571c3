import { describe, expect, it } from "vitest";
import { cleanGroupName, cleanName, foldName, personName } from "./person-name";

describe("cleanName", () => {
  it.each([
    ["Ada Lovelace", "Ada Lovelace"],
    ["  Ada \r\n\t Lovelace\u0000 ", "Ada Lovelace"],
    ["Ada\u202e\u2066\u200f", "Ada"],
    ["Ada\ud800", "Ada"],
    ["Zoe\u0308", "Zoë"],
    ["👩\u200d👧 Mum", "👩\u200d👧 Mum"],
    ["می\u200cخواهم", "می\u200cخواهم"],
    ["Ada\u200b\u00ad\u3164", "Ada"],
    ["\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}", "\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}"],
    ["\u200b\u3164", ""],
    ["\u2800 \u2800", ""],
    ["\u{e0041}\u{e0064}\u{e0061}", ""],
    ["", ""],
  ])("makes %j safe to show", (given, cleaned) => {
    expect(cleanName(given)).toBe(cleaned);
  });

  it("keeps at most eight marks on a letter and 80 units in all", () => {
    expect(cleanName(`q${"\u0323".repeat(100)}`)).toBe(`q${"\u0323".repeat(8)}`);
    expect(cleanName("x".repeat(100_000))).toBe("x".repeat(80));
    expect(cleanName(`${"x".repeat(79)}😀`)).toBe("x".repeat(79));
    expect(cleanGroupName("y".repeat(81))).toBe("y".repeat(80));
  });
});

describe("personName", () => {
  it("is the name, else Someone", () => {
    expect(personName("Ada")).toBe("Ada");
    expect(personName(" \u3164")).toBe("Someone");
    expect(personName(undefined)).toBe("Someone");
  });
});

describe("foldName", () => {
  it("tells no case and no width apart", () => {
    expect(foldName("ÄDA Ｌovelace")).toBe("äda lovelace");
  });
});
