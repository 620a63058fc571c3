import { describe, expect, it } from "vitest";
import { type BackEnd, startBackEnd } from "./functions/test.setup.ts";

// biome-ignore lint/suspicious/noExplicitAny: bounds and filters of every type, wrong ones too
type Items = any;

/** One of every type, written in an order that is not theirs. */
const values: Array<[name: string, value: unknown]> = [
  ["string b", "b"],
  ["array", [1, "a"]],
  ["one", 1],
  ["object", { a: 1 }],
  ["null", null],
  ["int two", 2n],
  ["true", true],
  ["missing", undefined],
  ["empty string", ""],
  ["minus one", -1],
  ["false", false],
  ["bytes", new Uint8Array([9]).buffer],
  ["int minus", -5n],
  ["array longer", [1, "a", 0]],
  ["emoji", "\u{1f600}"],
  ["high bmp", "\uffff"],
  ["minus zero", -0],
  ["zero", 0],
  ["infinity", Number.POSITIVE_INFINITY],
];

const inOrder = [
  "missing",
  "null",
  "int minus",
  "int two",
  "minus one",
  "minus zero",
  "zero",
  "one",
  "infinity",
  "false",
  "true",
  "empty string",
  "string b",
  "high bmp",
  "emoji",
  "bytes",
  "array",
  "array longer",
  "object",
];

async function fill(): Promise<BackEnd> {
  const t = startBackEnd();
  await t.run(async (ctx) => {
    for (const [name, n] of values) await ctx.db.insert("items", { name, n });
  });
  return t;
}

const namesOf = (items: Array<{ name: string }>) => items.map(({ name }) => name);

describe("index ranges over values of every type", () => {
  const between = (from: string, to: string) =>
    inOrder.slice(inOrder.indexOf(from), inOrder.indexOf(to) + 1);

  const ranges: Array<[name: string, range: (q: Items) => unknown, expected: string[]]> = [
    ["everything", (q) => q, inOrder],
    ["eq a missing field", (q) => q.eq("n", undefined), ["missing"]],
    ["eq null", (q) => q.eq("n", null), ["null"]],
    ["eq an int64 is no double", (q) => q.eq("n", 2n), ["int two"]],
    ["eq a double that only an int64 has", (q) => q.eq("n", 2), []],
    ["eq zero is not minus zero", (q) => q.eq("n", 0), ["zero"]],
    [
      "gt undefined leaves missing fields out",
      (q) => q.gt("n", undefined),
      between("null", "object"),
    ],
    ["gte undefined is everything", (q) => q.gte("n", undefined), inOrder],
    ["lt includes missing fields", (q) => q.lt("n", 0), between("missing", "minus zero")],
    ["lte", (q) => q.lte("n", 0), between("missing", "zero")],
    ["gt", (q) => q.gt("n", 0), between("one", "object")],
    ["gt and lt over types", (q) => q.gt("n", false).lt("n", "b"), between("true", "empty string")],
    ["gte and lte", (q) => q.gte("n", 2n).lte("n", ""), between("int two", "empty string")],
    ["lt, then gt", (q) => q.lt("n", "b").gt("n", 1), between("infinity", "empty string")],
    ["a range that is empty", (q) => q.gt("n", 5).lt("n", 1), []],
    ["gt a string that is no prefix", (q) => q.gt("n", "a").lt("n", "c"), ["string b"]],
    [
      "gt an array goes on with longer ones",
      (q) => q.gt("n", [1, "a"]),
      between("array longer", "object"),
    ],
    ["lt an object", (q) => q.lt("n", { a: 1 }), between("missing", "array longer")],
    [
      "lt by code points, not by UTF-16",
      (q) => q.gte("n", "\uffff").lt("n", new ArrayBuffer(0)),
      ["high bmp", "emoji"],
    ],
  ];

  it.each(ranges)("[TE4] %s", async (_, range, expected) => {
    const t = await fill();
    const up = t.query(async (ctx) =>
      namesOf(
        await ctx.db
          .query("items")
          .withIndex("by_n", range as never)
          .collect(),
      ),
    );
    const down = t.query(async (ctx) =>
      namesOf(
        await ctx.db
          .query("items")
          .withIndex("by_n", range as never)
          .order("desc")
          .collect(),
      ),
    );
    expect({ up: await up, down: await down }).toEqual({
      up: expected,
      down: [...expected].reverse(),
    });
  });
});

describe("filters", () => {
  const filters: Array<[name: string, filter: (q: Items) => unknown, expected: string[]]> = [
    ["eq", (q) => q.eq(q.field("n"), "b"), ["string b"]],
    ["eq compares deeply", (q) => q.eq(q.field("n"), [1, "a"]), ["array"]],
    ["eq a missing field", (q) => q.eq(q.field("n"), undefined), ["missing"]],
    [
      "neq",
      (q) => q.neq(q.field("name"), "one"),
      values.map(([name]) => name).filter((name) => name !== "one"),
    ],
    ["and stops", (q) => q.and(q.eq(q.field("name"), "one"), q.eq(q.field("n"), 1)), ["one"]],
    ["or", (q) => q.or(q.eq(q.field("n"), 1), q.eq(q.field("n"), null)), ["one", "null"]],
    ["not", (q) => q.not(q.neq(q.field("n"), true)), ["true"]],
    ["and of none", (q) => q.and(), values.map(([name]) => name)],
    ["or of none", (q) => q.or(), []],
    ["a nested field", (q) => q.eq(q.field("n.a"), 1), ["object"]],
    ["division", (q) => q.eq(q.div(7, 2), 3.5), values.map(([name]) => name)],
    ["remainder", (q) => q.eq(q.mod(7, 4), 3), values.map(([name]) => name)],
    ["a constant", (q) => q.eq(1, 1), values.map(([name]) => name)],
  ];

  it.each(filters)("[TE4] %s", async (_, filter, expected) => {
    const t = await fill();
    const found = await t.query(async (ctx) =>
      namesOf(
        await ctx.db
          .query("items")
          .filter(filter as never)
          .collect(),
      ),
    );
    expect(found).toEqual(expected);
  });
});

describe("what a query ends with", () => {
  const name = (item: { name: string } | null) => item?.name ?? null;
  const ends: Array<[name: string, code: (ctx: Items) => Promise<unknown>, expected: unknown]> = [
    ["first", async ({ db }) => name(await db.query("items").first()), "string b"],
    [
      "first in reverse",
      async ({ db }) => name(await db.query("items").order("desc").first()),
      "infinity",
    ],
    ["first of none", async ({ db }) => name(await db.query("people").first()), null],
    [
      "unique of one",
      async ({ db }) =>
        name(
          await db
            .query("items")
            .withIndex("by_name", (q: Items) => q.eq("name", "one"))
            .unique(),
        ),
      "one",
    ],
    ["unique of none", async ({ db }) => name(await db.query("people").unique()), null],
    ["take", async ({ db }) => namesOf(await db.query("items").take(2)), ["string b", "array"]],
    ["take none", async ({ db }) => namesOf(await db.query("items").take(0)), []],
    [
      "take more than there are",
      async ({ db }) => (await db.query("items").take(1_000)).length,
      values.length,
    ],
    [
      "filters before take",
      async ({ db }) =>
        namesOf(
          await db
            .query("items")
            .filter((q: Items) => q.neq(q.field("name"), "string b"))
            .take(1),
        ),
      ["array"],
    ],
    [
      "by the id's index",
      async ({ db }) => {
        const one = await db.query("items").first();
        return name(
          await db
            .query("items")
            .withIndex("by_id", (q: Items) => q.eq("_id", one._id))
            .unique(),
        );
      },
      "string b",
    ],
    [
      "by creation time",
      async ({ db }) => {
        const all = await db.query("items").collect();
        return (
          await db
            .query("items")
            .withIndex("by_creation_time", (q: Items) =>
              q.gt("_creationTime", all[16]._creationTime),
            )
            .collect()
        ).length;
      },
      2,
    ],
    [
      "for await that breaks off",
      async ({ db }) => {
        const seen: string[] = [];
        for await (const item of db.query("items")) {
          seen.push(item.name);
          if (seen.length === 2) break;
        }
        return seen;
      },
      ["string b", "array"],
    ],
    [
      "two queries side by side",
      async ({ db }) => {
        const [a, b] = await Promise.all([
          db.query("items").first(),
          db.query("items").order("desc").first(),
        ]);
        return [name(a), name(b)];
      },
      ["string b", "infinity"],
    ],
    ["a table without rows", async ({ db }) => db.query("people").collect(), []],
    [
      "fullTableScan",
      async ({ db }) => (await db.query("items").fullTableScan().collect()).length,
      values.length,
    ],
    [
      "an index on two fields, by its first",
      async ({ db }) =>
        (
          await db
            .query("items")
            .withIndex("by_tag_n", (q: Items) => q.eq("tag", undefined))
            .collect()
        ).map((item: { name: string }) => item.name),
      inOrder,
    ],
    [
      "an index on two fields, by both",
      async ({ db }) =>
        namesOf(
          await db
            .query("items")
            .withIndex("by_tag_n", (q: Items) => q.eq("tag", undefined).gt("n", true).lt("n", "c"))
            .collect(),
        ),
      ["empty string", "string b"],
    ],
  ];

  it.each(ends)("[TE4] %s", async (_, code, expected) => {
    const t = await fill();
    expect(await t.query(code as never as (ctx: unknown) => Promise<unknown>)).toEqual(expected);
  });
});

describe("pages", () => {
  type Page = { page: Array<{ name: string }>; isDone: boolean; continueCursor: string };
  const pageOf = (t: BackEnd, options: object, order: "asc" | "desc" = "asc") =>
    t.query(async (ctx) =>
      ctx.db
        .query("items")
        .withIndex("by_name")
        .order(order)
        .paginate(options as never),
    ) as Promise<Page>;
  const add = (t: BackEnd, ...names: string[]) =>
    t.run(async (ctx) => {
      for (const added of names) await ctx.db.insert("items", { name: added });
    });

  it.each(["asc", "desc"] as const)("[TE4] walk through everything once, %s", async (order) => {
    const t = await fill();
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let steps = 0; steps < 20; steps++) {
      const { page, isDone, continueCursor } = await pageOf(t, { numItems: 4, cursor }, order);
      seen.push(...namesOf(page));
      cursor = continueCursor;
      if (isDone) break;
    }
    const expected = values.map(([name]) => name).sort();
    expect(seen).toEqual(order === "asc" ? expected : expected.reverse());
  });

  it("[TE4] that end at a cursor hold all that is before it by now", async () => {
    const t = startBackEnd();
    await add(t, "b", "d", "f", "h");
    const first = await pageOf(t, { numItems: 2, cursor: null });
    await add(t, "a", "c", "e");
    const again = await pageOf(t, { numItems: 2, cursor: null, endCursor: first.continueCursor });
    const next = await pageOf(t, { numItems: 2, cursor: first.continueCursor });
    expect([first, again, next].map(({ page }) => namesOf(page))).toEqual([
      ["b", "d"],
      ["a", "b", "c", "d"],
      ["e", "f"],
    ]);
  });

  it("[TE4] go on after a document that is gone", async () => {
    const t = startBackEnd();
    await add(t, "a", "b", "c", "d");
    const first = await pageOf(t, { numItems: 2, cursor: null });
    await t.run(async (ctx) => {
      for (const item of await ctx.db.query("items").collect()) {
        if (item.name === "b" || item.name === "c") await ctx.db.delete(item._id);
      }
    });
    const next = await pageOf(t, { numItems: 2, cursor: first.continueCursor });
    expect(namesOf(next.page)).toEqual(["d"]);
  });

  it("[TE4] count only what passes the filter", async () => {
    const t = startBackEnd();
    await add(t, "a", "x", "b", "x", "c");
    const page = await t.query(async (ctx) =>
      ctx.db
        .query("items")
        .filter((q) => q.neq(q.field("name"), "x"))
        .paginate({ numItems: 2, cursor: null }),
    );
    expect({ names: namesOf(page.page), isDone: page.isDone }).toEqual({
      names: ["a", "b"],
      isDone: false,
    });
  });

  it("[TE4] of nothing are done", async () => {
    const { page, isDone } = await pageOf(startBackEnd(), { numItems: 2, cursor: null });
    expect({ page, isDone }).toEqual({ page: [], isDone: true });
  });

  it("[TE4] after the end hold nothing", async () => {
    const t = startBackEnd();
    await add(t, "a");
    const end = await pageOf(t, { numItems: 5, cursor: null });
    await add(t, "b");
    const { page, isDone } = await pageOf(t, { numItems: 5, cursor: end.continueCursor });
    expect({ page, isDone }).toEqual({ page: [], isDone: true });
  });

  it("[TE4] are one to a function", async () => {
    const twice = startBackEnd().query(async (ctx) => {
      await ctx.db.query("items").paginate({ numItems: 1, cursor: null });
      await ctx.db.query("items").paginate({ numItems: 1, cursor: null });
    });
    await expect(twice).rejects.toThrow(/single paginated query/);
  });

  it("[TE4] stop early at a bound on what is read", async () => {
    const t = startBackEnd();
    await add(t, "a", "b", "c", "d", "e");
    const page = (await pageOf(t, { numItems: 5, cursor: null, maximumRowsRead: 3 })) as Page & {
      pageStatus: string;
    };
    expect({ names: namesOf(page.page), status: page.pageStatus, isDone: page.isDone }).toEqual({
      names: ["a", "b", "c"],
      status: "SplitRequired",
      isDone: false,
    });
  });
});
