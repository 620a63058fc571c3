import { describe, expect, it } from "vitest";
import { errorCodes, refusalOf } from "@/shared/error-codes";
import { errorText } from "./error-text";

describe("errorText", () => {
  it.each(errorCodes)("says %s in a sentence of its own", (code) => {
    const sentence = errorText(code);
    expect(sentence).toMatch(/^[A-Z].*\.$/u);
    expect(sentence).not.toContain(code);
    const others = errorCodes.filter((other) => other !== code).map((other) => errorText(other));
    expect(others).not.toContain(sentence);
  });

  it("names the limit and the field", () => {
    expect(errorText("too_long", { field: "content", max: 4000 })).toBe(
      "This message is too long; 4,000 characters are the most.",
    );
    expect(errorText("invalid", { field: "groupName", reason: "blank" })).toBe(
      "The group name is empty.",
    );
    expect(errorText("rate_limited", { retryAfterMs: 1500 })).toBe(
      "That was a bit fast. Please try again in 2 seconds.",
    );
  });
});

describe("refusalOf", () => {
  it("reads our refusals and nothing else", () => {
    const refused = Object.assign(new Error("refused"), { data: { code: "not_found" } });
    expect(refusalOf(refused)).toEqual({ code: "not_found" });
    for (const thrown of [null, "x", new Error("x"), { data: null }, { data: { code: "other" } }]) {
      expect(refusalOf(thrown)).toBeNull();
    }
  });
});
