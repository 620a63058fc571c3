import { anyApi } from "convex/server";
import { describe, expect, it } from "vitest";
import { startBackEnd } from "./functions/test.setup.ts";

// biome-ignore lint/suspicious/noExplicitAny: references without generated types
const { vectors } = anyApi as Record<string, any>;

const ROWS = [
  { name: "east", kind: "compass", embedding: [1, 0, 0] },
  { name: "north", kind: "compass", embedding: [0, 1, 0] },
  { name: "north-east", embedding: [2, 2, 0] },
  { name: "up", kind: "axis", embedding: [0, 0, 5] },
  { name: "west", kind: "compass", embedding: [-3, 0, 0] },
];

async function startWith(rows: object[]) {
  const t = startBackEnd();
  await t.mutation(vectors.add, { rows });
  return t;
}

describe("vector search", () => {
  it("[VS1] finds the nearest by direction, not by length", async () => {
    const t = await startWith(ROWS);
    expect(await t.action(vectors.search, { vector: [7, 0, 0], limit: 3 })).toEqual([
      { name: "east", score: 1 },
      { name: "north-east", score: Math.round(Math.SQRT1_2 * 1000) / 1000 },
      { name: "north", score: 0 },
    ]);
  });

  it("[VS2] keeps to the filter's alternatives", async () => {
    const t = await startWith(ROWS);
    const vector = [1, 0, 0];
    const found = (kinds: string[]) => t.action(vectors.search, { vector, kinds, limit: 10 });
    expect(await found(["axis"])).toEqual([{ name: "up", score: 0 }]);
    const names = ((await found(["axis", "compass"])) as { name: string }[]).map(
      ({ name }) => name,
    );
    expect(names.sort()).toEqual(["east", "north", "up", "west"]);
    expect(await found(["nothing"])).toEqual([]);
  });

  it("[VS1] finds nothing in an empty table", async () => {
    const t = startBackEnd();
    expect(await t.action(vectors.search, { vector: [1, 0, 0], limit: 1 })).toEqual([]);
  });
});
