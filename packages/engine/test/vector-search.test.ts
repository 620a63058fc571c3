import { convexTest } from "@parley/engine/testing";
import { anyApi } from "convex/server";
import { describe, expect, it } from "vitest";
import schema from "./conformance/functions/schema.ts";

// biome-ignore lint/suspicious/noExplicitAny: references without generated types
const { vectors } = anyApi as Record<string, any>;
const modules = {
  "./vectors.ts": () => import("./conformance/functions/vectors.ts"),
  "./_generated/api.js": async () => ({}),
};
const start = () => convexTest({ schema, modules });

describe("vector search on the engine", () => {
  it("[VS1] leaves out what has no vector of the index, and gives ten if not told how many", async () => {
    const t = start();
    const rows = Array.from({ length: 12 }, (_, number) => ({
      ...{ name: `n${number}`, embedding: [1, number, 0] },
    }));
    const odd = [{ name: "none" }, { name: "short", embedding: [1, 0] }];
    const strange = [{ name: "nan", embedding: [Number.NaN, 0, 0] }];
    await t.mutation(vectors.add, { rows: [...odd, ...strange, ...rows] });
    const search = (limit?: number) =>
      t.action(vectors.search, { vector: [1, 0, 0], ...(limit && { limit }) });
    const names = ((await search()) as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(rows.slice(0, 10).map(({ name }) => name));
    expect(await search(256)).toHaveLength(12);
  });

  it("[VS1] ranks equals by age, the older first", async () => {
    const t = start();
    const rows = ["a", "b", "c"].map((name) => ({ name, embedding: [0, 0, 2] }));
    await t.mutation(vectors.add, { rows });
    const found = await t.action(vectors.search, { vector: [0, 0, 1], limit: 2 });
    expect(found).toEqual([
      { name: "a", score: 1 },
      { name: "b", score: 1 },
    ]);
  });

  it.each([
    ["an index that is not there", { index: "by_nothing" }, "Index vectors.by_nothing not found."],
    ["too many dimensions", { vector: [1, 0, 0, 0] }, "The vector has 4 dimensions"],
    ["a limit of 257", { limit: 257 }, "require a limit between 1 and 256, but got 257."],
    ["a limit of 0", { limit: 0 }, "require a limit between 1 and 256, but got 0."],
    [
      "a field that is none of the index's",
      { kinds: ["x"], filterField: "embedding" },
      'The field "embedding" is not in `filterFields`',
    ],
  ])("[VS2] refuses %s", async (_, args, text) => {
    const search = start().action(vectors.search, { vector: [1, 0, 0], ...args });
    await expect(search).rejects.toThrow(text);
  });

  it("[VS3] sees one snapshot of many slices, whatever is written meanwhile", async () => {
    const t = start();
    for (let batch = 0; batch < 3; batch += 1) {
      const rows = Array.from({ length: 300 }, (_, number) => ({
        ...{ name: `${batch}-${number}`, embedding: [1, batch, number] },
      }));
      await t.mutation(vectors.add, { rows });
    }
    const args = { vector: [1, 0, 0] };
    // The first row of all fits exactly; so does the one that is written during the search.
    expect(await t.action(vectors.searchWhileWriting, args)).toBe(1);
    expect(await t.action(vectors.searchWhileWriting, args)).toBe(2);
    const [best] = (await t.action(vectors.search, { ...args, limit: 1 })) as { name: string }[];
    expect(best?.name).toBe("0-0");
  });
});
