import { anyApi } from "convex/server";
import { describe, expect, it } from "vitest";
import { differing, runner } from "./differences.ts";
import { outcomeOf, startBackEnd } from "./functions/test.setup.ts";

// biome-ignore lint/suspicious/noExplicitAny: references without generated types
const { calls } = anyApi as Record<string, any>;

describe("arguments and results", () => {
  it.each([
    ["missing", {}, "args-missing"],
    ["extra", { name: "a", more: 1 }, "args-extra"],
    ["of the wrong type", { name: 7 }, "args-type"],
  ] as const)("[TE4] that are %s are refused before the function runs", async (_, args, id) => {
    const t = startBackEnd();
    expect(await outcomeOf(t.mutation(calls.add, args))).toEqual(differing(id));
    expect(await t.query(calls.names, {})).toEqual([]);
  });

  it("[TE4] a result that does not fit is refused", async () => {
    const outcome = await outcomeOf(startBackEnd().query(calls.badResult, {}));
    expect(outcome).toEqual(differing("result-type"));
  });

  it("[TE4] without validators anything goes", async () => {
    const args = { a: 1, b: [null, 2n], c: { d: "e" } };
    expect(await startBackEnd().query(calls.noValidators, args)).toEqual(args);
  });

  it("[TE4] undefined arguments are not there", async () => {
    const given = startBackEnd().query(calls.noValidators, { a: undefined, b: 1 });
    expect(await given).toEqual({ b: 1 });
  });

  it("[TE4] arguments that are no object are refused", async () => {
    await expect(startBackEnd().query(calls.noValidators, [1] as never)).rejects.toThrow(
      /must be an object|Array|object/,
    );
  });
});

describe("documents against their schema", () => {
  const accepted: unknown[] = [
    { kind: "text", text: "a" },
    { kind: "count", count: 1n },
    { kind: "count", count: -1n, bytes: new ArrayBuffer(2) },
    { kind: "deep", list: [], flag: true },
    { kind: "deep", list: [1, null, Number.NaN], flag: false },
  ];
  const refused: unknown[] = [
    {},
    { kind: "text" },
    { kind: "text", text: 1 },
    { kind: "other", text: "a" },
    { kind: "count", count: 1 },
    { kind: "count", count: 1n, bytes: "no" },
    { kind: "count", count: 1n, text: "of another member" },
    { kind: "deep", list: ["a"], flag: true },
    { kind: "deep", list: [1n], flag: true },
    { kind: "deep", list: [], flag: null },
    { kind: "deep", list: { 0: 1 }, flag: true },
  ];

  it.each(accepted)("[TE4] takes %o", async (value) => {
    const t = startBackEnd();
    const stored = await t.run(async (ctx) => {
      const { _id, _creationTime, ...rest } = (await ctx.db.get(
        await ctx.db.insert("typed", value as never),
      ))!;
      return rest as unknown;
    });
    expect(stored).toEqual(value);
  });

  it.each(refused)("[TE4] refuses %o", async (value) => {
    const refusal = startBackEnd().run(async (ctx) => ctx.db.insert("typed", value as never));
    await expect(refusal).rejects.toThrow(
      runner === "engine" ? /does not match the schema: / : /Validator error: /,
    );
  });
});
