import { describe, expect, it } from "vitest";
import { ServerClock } from "./server-clock";

function rig(startMs: number) {
  let nowMs = startMs;
  const clock = new ServerClock(() => nowMs);
  return {
    clock,
    advance: (ms: number) => {
      nowMs += ms;
    },
    set: (ms: number) => {
      nowMs = ms;
    },
  };
}

describe("ServerClock", () => {
  it("believes the device until something fresh arrives", () => {
    const { clock } = rig(1_000);
    expect(clock.now()).toBe(1_000);
  });

  it("learns that the device is ten minutes ahead, or behind", () => {
    const ahead = rig(10_000_000);
    ahead.clock.observe(10_000_000 - 600_000);
    expect(ahead.clock.now()).toBe(10_000_000 - 600_000);
    const behind = rig(10_000_000);
    behind.clock.observe(10_000_000 + 600_000);
    behind.advance(250);
    expect(behind.clock.now()).toBe(10_600_250);
  });

  it("keeps the quickest delivery: a slow one does not set the clock back", () => {
    const { clock, advance } = rig(5_000);
    clock.observe(4_990);
    advance(1_000);
    clock.observe(6_000 - 900);
    expect(clock.offsetMs()).toBe(-10);
  });

  it("follows a device whose clock is set anew", () => {
    const { clock, set } = rig(5_000);
    clock.observe(5_000);
    set(3_605_000);
    for (let index = 0; index < 8; index++) clock.observe(5_000 + index);
    expect(clock.now()).toBeLessThan(10_000);
  });

  it("ignores what is no time and tells listeners of changes only", () => {
    const { clock } = rig(0);
    let told = 0;
    const stop = clock.subscribe(() => {
      told++;
    });
    clock.observe(Number.NaN);
    clock.observe(0);
    clock.observe(7);
    stop();
    clock.observe(9);
    expect([told, clock.offsetMs()]).toEqual([1, 9]);
  });
});
