import { describe, expect, it } from "vitest";
import { presenceStatus } from "./presence-status";

const NOW = 1_800_000_000_000;
const seen = (agoMs: number, isGone = false) => ({ userId: "ada", lastSeen: NOW - agoMs, isGone });

describe("presenceStatus", () => {
  it("is active until a heartbeat is ten seconds late", () => {
    expect(presenceStatus(seen(0), NOW)).toBe("active");
    expect(presenceStatus(seen(39_999), NOW)).toBe("active");
    expect(presenceStatus(seen(40_000), NOW)).toBe("recent");
  });
  it("is recent for five minutes, then offline", () => {
    expect(presenceStatus(seen(299_999), NOW)).toBe("recent");
    expect(presenceStatus(seen(300_000), NOW)).toBe("offline");
  });
  it("ends at once for somebody who left", () => {
    expect(presenceStatus(seen(0, true), NOW)).toBe("recent");
    expect(presenceStatus(seen(300_000, true), NOW)).toBe("offline");
  });
  it("takes a sign from just ahead of the estimated clock as fresh", () => {
    expect(presenceStatus(seen(-2_000), NOW)).toBe("active");
  });
  it("is offline for somebody who was never seen", () => {
    expect(presenceStatus(null, NOW)).toBe("offline");
  });
});
