import { anyApi, cronJobs, internalMutationGeneric } from "convex/server";
import { describe, expect, it } from "vitest";
import { createFunctionRegistry } from "../runtime/function-registry.ts";
import { nextRun, readCrons } from "./cron-schedule.ts";

type Crons = ReturnType<typeof cronJobs>;
const tick = anyApi.jobs!.tick!;
const job = internalMutationGeneric({ handler: async () => null });

function read(declare: (crons: Crons) => void) {
  const crons = cronJobs();
  declare(crons);
  const modules = new Map<string, Record<string, unknown>>([
    ["jobs", { tick: job }],
    ["crons", { default: crons }],
  ]);
  return readCrons(createFunctionRegistry(modules));
}

/** The next three times after the start of a Thursday, as ISO text to the minute. */
function times(declare: (crons: Crons) => void): string[] {
  const [cron] = read(declare);
  let ms = Date.UTC(2026, 0, 1);
  return Array.from({ length: 3 }, () => {
    ms = nextRun(cron!.timing, ms, null)!;
    return new Date(ms).toISOString().slice(0, 16);
  });
}

describe("[CR1] crons run by the calendar in UTC", () => {
  it.each<[string, (crons: Crons) => void, string[]]>([
    [
      "hourly",
      (crons) => crons.hourly("x", { minuteUTC: 30 }, tick),
      ["2026-01-01T00:30", "2026-01-01T01:30", "2026-01-01T02:30"],
    ],
    [
      "daily",
      (crons) => crons.daily("x", { hourUTC: 17, minuteUTC: 5 }, tick),
      ["2026-01-01T17:05", "2026-01-02T17:05", "2026-01-03T17:05"],
    ],
    [
      "weekly",
      (crons) => crons.weekly("x", { dayOfWeek: "sunday", hourUTC: 0, minuteUTC: 0 }, tick),
      ["2026-01-04T00:00", "2026-01-11T00:00", "2026-01-18T00:00"],
    ],
    [
      "monthly, which skips months that are too short",
      (crons) => crons.monthly("x", { day: 31, hourUTC: 9, minuteUTC: 0 }, tick),
      ["2026-01-31T09:00", "2026-03-31T09:00", "2026-05-31T09:00"],
    ],
    [
      "cron",
      (crons) => crons.cron("x", "*/20 8 1,15 * *", tick),
      ["2026-01-01T08:00", "2026-01-01T08:20", "2026-01-01T08:40"],
    ],
    [
      "cron with both days, of which either will do",
      (crons) => crons.cron("x", "0 0 13 * 5", tick),
      ["2026-01-02T00:00", "2026-01-09T00:00", "2026-01-13T00:00"],
    ],
  ])("%s", (_, declare, expected) => {
    expect(times(declare)).toEqual(expected);
  });

  it("gives a cron without a minute one of its own, always the same", () => {
    const [first] = times((crons) => crons.hourly("a name", tick));
    expect(times((crons) => crons.hourly("a name", {}, tick))[0]).toBe(first);
    expect(times((crons) => crons.hourly("another", tick))[0]).not.toBe(first);
  });

  it("knows patterns that never come", () => {
    const [cron] = read((crons) => crons.cron("x", "0 0 30 2 *", tick));
    expect(nextRun(cron!.timing, 0, null)).toBeNull();
  });
});

it("[CR2] intervals count in equal steps from the first deploy, and skip what was missed", () => {
  const [cron] = read((crons) => crons.interval("x", { minutes: 2 }, tick));
  const { timing } = cron!;
  expect(nextRun(timing, 1_000, null)).toBe(1_000);
  expect(nextRun(timing, 1_000, 1_000)).toBe(121_000);
  expect(nextRun(timing, 121_500, 121_000)).toBe(241_000);
  expect(nextRun(timing, 1_000_000, 121_000)).toBe(1_081_000);
});

it("[CR3] what cannot run is refused when the functions are read", () => {
  expect(() => read((crons) => crons.cron("x", "61 * * * *", tick))).toThrow(
    'The cron "x" has no valid cron pattern (61 * * * *).',
  );
  expect(() => read((crons) => crons.cron("x", "* * * * * *", tick))).toThrow(/no valid cron/);
  expect(() => read((crons) => crons.daily("x", { hourUTC: 1 }, anyApi.jobs!.gone!))).toThrow(
    `The cron "x" runs 'jobs:gone', which is no mutation or action here.`,
  );
});
