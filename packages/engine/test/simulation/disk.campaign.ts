import { expect, it, vi } from "vitest";
import { cutPowerEverywhere, failEverySync, fillTheDisk, record } from "./disk-states.ts";

vi.setConfig({ testTimeout: 400_000 });

it("[ST1] [ST3] C2: whatever a power cut leaves is what was there before the step or after it", () => {
  const figures = cutPowerEverywhere(record(1, 70), 1);
  console.log(
    `C2: ${figures.states} crash states at ${figures.storageOperations} storage operations`,
  );
  expect(figures.states).toBeGreaterThan(2_000);
});

it("[ST21] C3: after a failed sync nothing is promised, written or synced", () => {
  const figures = failEverySync(record(2, 120), 2);
  console.log(`C3: each of ${figures.states} syncs failed`);
  expect(figures.states).toBeGreaterThan(60);
});

it("[ST22] C4: a full disk refuses the step, whole, and goes on when there is room", () => {
  const figures = fillTheDisk(record(3, 40), 3);
  console.log(`C4: no room at each of ${figures.states} writes`);
  expect(figures.states).toBeGreaterThan(150);
});
