import { expect, it } from "vitest";
import { type Environment, realEnvironment } from "../base/environment.ts";
import { Alarm } from "./alarm.ts";

/** A clock that can be set, and timers that last as long as they were asked to. */
function manualTime() {
  let nowMs = 0;
  let timers: Array<{ delayMs: number; callback: () => void }> = [];
  const environment: Environment = {
    ...realEnvironment(() => {}),
    nowMs: () => nowMs,
    setTimer: (delayMs, callback) => {
      const timer = { delayMs, callback };
      timers.push(timer);
      return { cancel: () => (timers = timers.filter((other) => other !== timer)) };
    },
  };
  return {
    environment,
    setClock: (ms: number) => (nowMs = ms),
    delays: () => timers.map(({ delayMs }) => delayMs),
    fire: () => timers.shift()!.callback(),
  };
}

it("[SD12] looks at the clock at least every minute, however far off the time is", () => {
  const { environment, setClock, delays, fire } = manualTime();
  let rings = 0;
  const alarm = new Alarm(environment, 60_000, () => rings++);
  alarm.set(3_600_000);
  expect(delays()).toEqual([60_000]);
  setClock(3_599_000);
  fire();
  alarm.set(3_600_000);
  expect({ rings, delays: delays() }).toEqual({ rings: 1, delays: [1_000] });
  alarm.set(5);
  expect(delays()).toEqual([0]);
  alarm.clear();
  expect(delays()).toEqual([]);
});
