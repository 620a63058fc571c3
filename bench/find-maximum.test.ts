import { expect, test } from "vitest";
import { findMaximum } from "./find-maximum";

async function search(limit: number) {
  const tried: number[] = [];
  const best = await findMaximum(
    async (rate) => {
      tried.push(rate);
      return { rate, isGood: rate <= limit, result: rate };
    },
    { startRate: 100, maxRate: 100_000, precision: 1.15 },
  );
  return { best: best?.rate ?? null, tried };
}

test.each([1, 3, 99, 100, 101, 777, 32_000, 99_999])("finds %i within 15 %%", async (limit) => {
  const { best, tried } = await search(limit);
  expect(best).toBeLessThanOrEqual(limit);
  expect((best ?? 0) * 1.15 + 1).toBeGreaterThanOrEqual(limit);
  expect(tried.length).toBeLessThan(20);
});

test("stops at the ceiling and at nothing", async () => {
  expect((await search(1e9)).best).toBe(100_000);
  expect((await search(0)).best).toBeNull();
});
