import { describe, expect, it } from "vitest";
import { differing } from "./differences.ts";
import { type BackEnd, outcomeOf, startBackEnd } from "./functions/test.setup.ts";

type Mutation = Parameters<BackEnd["run"]>[0];

/** Writes, and what is there afterwards; the ids are replaced by the order in which they were made. */
const cases: Array<[name: string, code: Mutation, expected: unknown]> = [
  [
    "insert gives an id by which get finds the document",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a", n: 1 });
      const found = await ctx.db.get(id);
      return { name: found?.name, n: found?.n, same: found?._id === id };
    },
    { name: "a", n: 1, same: true },
  ],
  [
    "undefined fields are not there",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a", n: undefined });
      return Object.keys((await ctx.db.get(id))!).sort();
    },
    ["_creationTime", "_id", "name"],
  ],
  [
    "patch changes what it names, and removes what it names as undefined",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a", n: 1, tag: "t" });
      await ctx.db.patch(id, { n: undefined, tag: "u" });
      const { _id, _creationTime, ...rest } = (await ctx.db.get(id))!;
      return rest;
    },
    { name: "a", tag: "u" },
  ],
  [
    "patch replaces a nested object as a whole",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a", place: { floor: 1, door: "x" } });
      await ctx.db.patch(id, { place: { floor: 2 } });
      return (await ctx.db.get(id))!.place;
    },
    { floor: 2 },
  ],
  [
    "replace keeps nothing but the system fields",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a", n: 1, tag: "t" });
      const before = (await ctx.db.get(id))!;
      await ctx.db.replace(id, { name: "b" });
      const { _id, _creationTime, ...rest } = (await ctx.db.get(id))!;
      return { rest, same: _id === id && _creationTime === before._creationTime };
    },
    { rest: { name: "b" }, same: true },
  ],
  [
    "replace with a document that was read is allowed",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a" });
      const before = (await ctx.db.get(id))!;
      await ctx.db.replace(id, { ...before, name: "c" });
      return (await ctx.db.get(id))!.name;
    },
    "c",
  ],
  [
    "delete leaves null",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a" });
      await ctx.db.delete(id);
      return ctx.db.get(id);
    },
    null,
  ],
  [
    "creation times rise within a mutation",
    async (ctx) => {
      for (const name of ["a", "b", "c"]) await ctx.db.insert("items", { name });
      const all = await ctx.db.query("items").collect();
      const times = all.map((item) => item._creationTime);
      return {
        names: all.map(({ name }) => name),
        rise: times[0]! < times[1]! && times[1]! < times[2]!,
      };
    },
    { names: ["a", "b", "c"], rise: true },
  ],
  [
    "normalizeId knows its table's ids only",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a" });
      return [
        ctx.db.normalizeId("items", id) === id,
        ctx.db.normalizeId("people", id),
        ctx.db.normalizeId("items", "nonsense"),
        ctx.db.normalizeId("items", ""),
      ];
    },
    [true, null, null, null],
  ],
  [
    "get with the table's name",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a" });
      return (await ctx.db.get("items", id))?.name;
    },
    "a",
  ],
  [
    "every type of value comes back as it was",
    async (ctx) => {
      const bytes = new Uint8Array([0, 127, 255]).buffer;
      const n = [null, true, 7n, -0, 1e300, "\u{1f600}\u0000", { a: [[]] }, bytes];
      const id = await ctx.db.insert("items", { name: "a", n });
      const found = (await ctx.db.get(id))!.n as unknown[];
      return [
        found.slice(0, 3),
        Object.is(found[3], -0),
        found.slice(4, 7),
        [...new Uint8Array(found[7] as ArrayBuffer)],
      ];
    },
    [[null, true, 7n], true, [1e300, "\u{1f600}\u0000", { a: [[]] }], [0, 127, 255]],
  ],
  [
    "not-a-number and the infinities come back",
    async (ctx) => {
      const n = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      const id = await ctx.db.insert("items", { name: "a", n });
      return (await ctx.db.get(id))!.n;
    },
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ],
  [
    "an index on a nested field",
    async (ctx) => {
      for (const floor of [3, 1, 2]) {
        await ctx.db.insert("items", { name: `f${floor}`, place: { floor } });
      }
      await ctx.db.insert("items", { name: "nowhere" });
      const found = await ctx.db
        .query("items")
        .withIndex("by_floor", (q) => q.gt("place.floor", 1))
        .collect();
      return found.map(({ name }) => name);
    },
    ["f2", "f3"],
  ],
  [
    "a query that runs while the mutation writes sees what was written before its steps or at its start",
    async (ctx) => {
      await ctx.db.insert("items", { name: "a" });
      await ctx.db.insert("items", { name: "b" });
      for await (const item of ctx.db.query("items")) {
        await ctx.db.patch(item._id, { name: `${item.name}!` });
      }
      return (await ctx.db.query("items").collect()).map(({ name }) => name);
    },
    ["a!", "b!"],
  ],
];

/** What is refused: with the very text on the engine; stock has texts of its own. */
const refusals: Array<[name: string, code: Mutation, expected: RegExp]> = [
  [
    "unique of two",
    async (ctx) => {
      await ctx.db.insert("items", { name: "a" });
      await ctx.db.insert("items", { name: "b" });
      return ctx.db.query("items").unique();
    },
    /unique\(\) query returned more than one result/,
  ],
  [
    "insert of what the schema does not know",
    async (ctx) => ctx.db.insert("items", { name: 7 } as never),
    /Failed to insert or update a document in table "items" because it does not match the schema: |Validator error: Expected `string`/,
  ],
  [
    "patch that breaks the schema",
    async (ctx) =>
      ctx.db.patch(await ctx.db.insert("items", { name: "a" }), { name: null } as never),
    /does not match the schema|Validator error/,
  ],
  [
    "an id of another table",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a" });
      return ctx.db.insert("people", { name: "b", friend: id as never });
    },
    /does not match the table name in validator|Expected ID for table "people"/,
  ],
  [
    "patch of what is gone",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a" });
      await ctx.db.delete(id);
      await ctx.db.patch(id, { name: "b" });
    },
    /Update on nonexistent document ID \w+|Patch on non-existent document/,
  ],
  [
    "replace of what is gone",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a" });
      await ctx.db.delete(id);
      await ctx.db.replace(id, { name: "b" });
    },
    /Replace on nonexistent document ID \w+|Replace on non-existent document/,
  ],
  [
    "delete of what is gone",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a" });
      await ctx.db.delete(id);
      await ctx.db.delete(id);
    },
    /Delete on nonexistent document ID \w+|Delete on non-existent doc/,
  ],
  [
    "another _id in a patch",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a" });
      await ctx.db.patch(id, { _id: "x" } as never);
    },
    /`_id` (?:field )?value "x" does not match/,
  ],
  [
    "an index that there is not",
    async (ctx) =>
      ctx.db
        .query("items")
        .withIndex("by_nothing" as never)
        .collect(),
    /Index items\.by_nothing not found\.|Cannot use index "by_nothing"/,
  ],
  [
    "a field that is not next in the index",
    async (ctx) =>
      ctx.db
        .query("items")
        .withIndex("by_tag_n", (q) =>
          (q as never as { eq(f: string, v: number): never }).eq("n", 1),
        )
        .collect(),
    /InvalidIndexRange|expected "tag", got "n"/,
  ],
  [
    "two lower bounds",
    async (ctx) =>
      ctx.db
        .query("items")
        .withIndex("by_n", (q) =>
          (q.gt("n", 1) as never as { gt(f: string, v: number): never }).gt("n", 2),
        )
        .collect(),
    /InvalidIndexRange|cannot chain `\.gt\(\)`/,
  ],
  [
    "a document id that is none",
    async (ctx) => ctx.db.patch("nonsense" as never, { name: "b" }),
    /Invalid argument `id` for `db\.patch`: Unable to decode ID|non-existent/,
  ],
  [
    "a named table that is not the id's",
    async (ctx) => {
      const id = await ctx.db.insert("items", { name: "a" });
      return ctx.db.get("people", id as never);
    },
    /expected to be an Id<"people">, got Id<"items"> instead\.|expected ID in table 'people'/,
  ],
];

describe("the database", () => {
  it.each(cases)("[TE4] %s", async (_, code, expected) => {
    expect(await startBackEnd().run(code)).toEqual(expected);
  });

  it.each(refusals)("[TE4] refuses %s", async (_, code, expected) => {
    await expect(startBackEnd().run(code)).rejects.toThrow(expected);
  });

  it("[TE4] takes back everything of a mutation that throws", async () => {
    const t = startBackEnd();
    const id = await t.run(async (ctx) => ctx.db.insert("items", { name: "before" }));
    const failed = t.mutation(async (ctx) => {
      await ctx.db.patch(id, { name: "after" });
      await ctx.db.insert("items", { name: "more" });
      throw new Error("never mind");
    });
    await expect(failed).rejects.toThrow("never mind");
    const left = await t.query(async (ctx) => ctx.db.query("items").collect());
    expect(left.map(({ name }) => name)).toEqual(["before"]);
  });

  it("[TE4] isolates one back end from another", async () => {
    const [a, b] = [startBackEnd(), startBackEnd()];
    await a.run(async (ctx) => ctx.db.insert("items", { name: "only here" }));
    expect(await b.run(async (ctx) => ctx.db.query("items").collect())).toEqual([]);
  });

  it("[TE4] gives back null for a function that gives back nothing", async () => {
    expect(await startBackEnd().run(async () => {})).toBeNull();
  });

  it("[TE4] does not let undefined into a list", async () => {
    const outcome = await outcomeOf(startBackEnd().run(async () => [undefined]));
    expect(outcome).toMatch(/undefined is not a valid Convex value/);
  });

  it("[TE4] an id of a table that has no schema is still an id", async () => {
    const t = startBackEnd();
    const found = await outcomeOf(
      t.run(async (ctx) => {
        const db = ctx.db as never as {
          insert(table: string, value: object): Promise<string>;
          get(id: string): Promise<{ a: number } | null>;
        };
        return (await db.get(await db.insert("undeclared", { a: 1 })))?.a;
      }),
    );
    expect(found).toBe(1);
  });

  it("[TE4] get of what is no id", async () => {
    const got = outcomeOf(startBackEnd().run(async (ctx) => ctx.db.get("nonsense" as never)));
    expect(await got).toEqual(differing("get-of-no-id"));
  });
});
