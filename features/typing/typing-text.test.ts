import { describe, expect, it } from "vitest";
import { currentTypists, nextTypingExpiry, typingText } from "./typing-text";

const NOW = 100_000;
const sign = (userId: string, agoMs: number) => ({
  userId,
  name: userId,
  lastTypingAt: NOW - agoMs,
});

describe("typing", () => {
  it("counts for three seconds and never for oneself", () => {
    const signs = [sign("Ada", 2_999), sign("Bo", 3_000), sign("me", 0)];
    expect(currentTypists(signs, "me", NOW)).toEqual([sign("Ada", 2_999)]);
  });
  it("knows when the first of them runs out", () => {
    expect(nextTypingExpiry([sign("Ada", 100), sign("Bo", 2_000)])).toBe(NOW + 1_000);
    expect(nextTypingExpiry([])).toBeNull();
  });
  it("says who", () => {
    const people = ["Ada", "Bo", "Cy", "Di"].map((name) => ({ name }));
    expect([0, 1, 2, 3, 4].map((count) => typingText(people.slice(0, count)))).toEqual([
      "",
      "Ada is typing…",
      "Ada and Bo are typing…",
      "Ada and 2 others are typing…",
      "Ada and 3 others are typing…",
    ]);
  });
});
