import { expect, it, vi } from "vitest";
import { cutPowerEverywhere, failEverySync, fillTheDisk, record } from "./disk-states.ts";

vi.setConfig({ testTimeout: 400_000 });

it("[ST1] [ST3] C2: whatever a power cut leaves is what was there before the step or after it", () => {
  let [states, storageOperations] = [0, 0];
  for (const seed of [1, 11, 12, 13, 14]) {
    const figures = cutPowerEverywhere(record(seed, 100), seed);
    states += figures.states;
    storageOperations += figures.storageOperations;
  }
  console.log(`C2: ${states} crash states at ${storageOperations} storage operations`);
  expect(states).toBeGreaterThan(20_000);
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
