import * as fc from "fast-check";
import { expect, it, vi } from "vitest";
import { type BackEnd, type Page, startBoth } from "./back-ends.ts";
import { manyRows, type Query, type Step, someIndexes, someWrites, wideQuery } from "./program.ts";
import { runs } from "./runs.ts";

vi.setConfig({ testTimeout: 20 * 60_000 });

const PAGES_MAX = 60;
const numItems = fc.integer({ min: 1, max: 4 });

/** The rows that no step touches. */
function untouched(rows: number, writes: Step[][]): Set<number> {
  const stable = new Set(Array.from({ length: rows }, (_, number) => number));
  // A step names a row modulo how many there are by then; to be safe, modulo every such number.
  const made = writes.flat().length;
  for (const step of writes.flat()) {
    if (!("at" in step)) continue;
    for (let there = rows; there <= rows + made; there++) stable.delete(step.at % there);
  }
  return stable;
}

async function allNumbers(backEnd: BackEnd, asked: Query): Promise<number[]> {
  return (await backEnd.page(asked, { numItems: 1_000, cursor: null })).page;
}

it("[OR3] walks through pages agree with stock, and meet every row that stays once, while others come and go", async () => {
  let pages = 0;
  const property = fc.asyncProperty(
    someIndexes,
    manyRows,
    wideQuery,
    numItems,
    fc.array(someWrites, { maxLength: 8 }),
    async (indexes, rows, asked, size, writes) => {
      const { engine, stock } = await startBoth(indexes);
      await engine.fill(rows);
      await stock.fill(rows);
      const stable = untouched(rows.length, writes);
      const expected = (await allNumbers(engine, asked)).filter((number) => stable.has(number));
      const met: number[] = [];
      let [cursor, stockCursor]: [string | null, string | null] = [null, null];
      let isStockDone = false;
      for (let count = 0; count < PAGES_MAX; count++) {
        pages++;
        const page: Page = await engine.page(asked, { numItems: size, cursor });
        if (!isStockDone) {
          const other = await stock.page(asked, { numItems: size, cursor: stockCursor });
          expect(page.page).toEqual(other.page);
          stockCursor = other.continueCursor;
          // Stock knows at a full last page that it is the last; the engine finds out behind it.
          isStockDone = other.isDone;
        }
        met.push(...page.page);
        cursor = page.continueCursor;
        if (page.isDone) break;
        const steps = writes[count] ?? [];
        await engine.run({ steps, throws: "nothing" });
        await stock.run({ steps, throws: "nothing" });
      }
      expect(met.filter((number) => stable.has(number))).toEqual(expected);
    },
  );
  await fc.assert(property, runs("walks", 700));
  console.info(`walks: ${pages} pages`);
});

it("[OR4] pages read again to their ends are together the whole result, without gap or repetition", async () => {
  const property = fc.asyncProperty(
    someIndexes,
    manyRows,
    wideQuery,
    numItems,
    someWrites,
    async (indexes, rows, asked, size, steps) => {
      const { engine } = await startBoth(indexes);
      await engine.fill(rows);
      const ends: string[] = [];
      for (let count = 0; count < PAGES_MAX; count++) {
        const cursor = ends.at(-1) ?? null;
        const page: Page = await engine.page(asked, { numItems: size, cursor });
        ends.push(page.continueCursor);
        if (page.isDone) break;
      }
      await engine.run({ steps, throws: "nothing" });
      const met: number[] = [];
      for (const [place, endCursor] of ends.entries()) {
        const cursor = ends[place - 1] ?? null;
        const page = await engine.page(asked, { numItems: size, cursor, endCursor });
        met.push(...page.page);
        if (page.splitCursor === null) continue;
        const halves = [
          await engine.page(asked, { numItems: size, cursor, endCursor: page.splitCursor }),
          await engine.page(asked, { numItems: size, cursor: page.splitCursor, endCursor }),
        ];
        expect(halves.flatMap((half) => half.page)).toEqual(page.page);
      }
      expect(met).toEqual(await allNumbers(engine, asked));
    },
  );
  await fc.assert(property, runs("ends", 500));
});
