import { describe, expect, it } from "vitest";
import { daysBetween, formatDay, formatListTime, formatTime, startOfDay } from "./dates";

const words = { today: "Today", yesterday: "Yesterday" };
const at = (year: number, month: number, day: number, hour = 12, minute = 0) =>
  new Date(year, month - 1, day, hour, minute).getTime();

describe("days", () => {
  const now = at(2026, 11, 22, 0, 5);

  it("changes at local midnight, not after 24 hours", () => {
    expect(formatDay(at(2026, 11, 22, 0, 0), now, words)).toBe("Today");
    expect(formatDay(at(2026, 11, 21, 23, 59), now, words)).toBe("Yesterday");
    expect(formatDay(at(2026, 11, 20, 23, 59), now, words)).toBe("Friday");
    expect(formatDay(at(2026, 11, 16), now, words)).toBe("Monday");
  });

  it("names the date from a week on, and the year when it is another", () => {
    expect(formatDay(at(2026, 11, 15), now, words)).toMatch(/15/);
    expect(formatDay(at(2026, 11, 15), now, words)).not.toMatch(/2026/);
    expect(formatDay(at(2025, 11, 15), now, words)).toMatch(/2025/);
  });

  it("counts midnights over every change of the clocks", () => {
    for (let month = 1; month <= 12; month++) {
      for (let day = 1; day <= 27; day++) {
        expect(daysBetween(at(2026, month, day, 23), at(2026, month, day + 1, 1))).toBe(1);
      }
    }
  });

  it("a list shows the time today and the day before that", () => {
    const early = at(2026, 11, 22, 0, 1);
    expect(formatListTime(early, now, words)).toBe(formatTime(early));
    // A clock that is slightly behind the server's must not invent a date.
    expect(formatListTime(at(2026, 11, 22, 0, 30), now, words)).toBe(
      formatTime(at(2026, 11, 22, 0, 30)),
    );
    expect(formatListTime(at(2026, 11, 21), now, words)).toBe("Yesterday");
    expect(formatListTime(at(2026, 11, 17), now, words)).toBe("Tue");
    expect(startOfDay(early)).toBe(at(2026, 11, 22, 0, 0));
  });
});
