import { anyApi } from "convex/server";
import { ConvexError } from "convex/values";
import { describe, expect, it } from "vitest";
import { differing } from "./differences.ts";
import { outcomeOf, startBackEnd } from "./functions/test.setup.ts";

// biome-ignore lint/suspicious/noExplicitAny: references without generated types
const { calls, node, index } = anyApi as Record<string, any>;
// biome-ignore lint/suspicious/noExplicitAny: references without generated types
const { deep } = (anyApi as Record<string, any>).nested;

describe("calls of functions by functions", () => {
  it("[TE4] see each other's writes", async () => {
    const t = startBackEnd();
    expect(await t.mutation(calls.nest, { how: "fine" })).toEqual({
      caught: null,
      names: ["outer", "inner"],
    });
  });

  it.each([
    ["error", "an error"],
    ["data", { refused: "inner" }],
  ])("[TE4] are taken back when they end by an %s", async (how, caught) => {
    const t = startBackEnd();
    expect(await t.mutation(calls.nest, { how })).toEqual({ caught, names: ["outer"] });
    expect(await t.query(calls.names, {})).toEqual(["outer"]);
  });

  it.each([
    [false, ["top", "middle", "caught"]],
    [true, ["top", "after"]],
  ])("[TE4] are taken back level by level (the middle fails: %s)", async (middleFails, names) => {
    expect(await startBackEnd().mutation(calls.nestDeep, { middleFails })).toEqual(names);
  });

  it("[TE4] give changed and deleted documents back, in indexes too", async () => {
    expect(await startBackEnd().mutation(calls.takeBack, {})).toEqual(["other", "patched"]);
  });

  it("[TE4] may look at the state before the mutation", async () => {
    const t = startBackEnd();
    await t.mutation(calls.add, { name: "committed" });
    expect(await t.mutation(calls.stale, {})).toEqual({
      fresh: ["committed", "uncommitted"],
      old: ["committed"],
    });
  });

  it("[TE4] queries have nothing to write with", async () => {
    expect(await startBackEnd().query(calls.writeInQuery, {})).toBe("undefined");
  });

  it("[TE4] by a function handle", async () => {
    const t = startBackEnd();
    expect(await t.mutation(calls.byHandle, {})).toBe("string");
    expect(await t.query(calls.names, {})).toEqual(["by handle"]);
  });

  it("[TE4] may paginate each for itself", async () => {
    const t = startBackEnd();
    await t.mutation(calls.add, { name: "a" });
    const depth = await t.query(calls.recurse, { depth: 5 });
    expect(depth).toBe(5);
  });

  it("[TE4] too deep", async () => {
    const outcome = await outcomeOf(startBackEnd().query(calls.recurse, { depth: 12 }));
    expect(String(outcome).replace(/(?:Uncaught Error: )+/, "")).toEqual(differing("call-depth"));
  });
});

describe("actions", () => {
  it("[TE4] call queries, mutations and actions, internal ones too", async () => {
    expect(await startBackEnd().action(calls.act, { name: "a" })).toEqual({
      all: ["a"],
      inner: "inner",
    });
  });

  it("[TE4] make each mutation a transaction of its own", async () => {
    const t = startBackEnd();
    expect(await t.action(calls.actAndFail, {})).toEqual({ refused: "goes" });
    expect(await t.query(calls.names, {})).toEqual(["stays"]);
  });

  it("[TE4] may call in parallel", async () => {
    const t = startBackEnd();
    expect(await t.action(calls.actInParallel, {})).toBe(3);
    expect(((await t.query(calls.names, {})) as string[]).sort()).toEqual(["a", "b", "c"]);
  });

  it("[TE4] of 'use node' files have Node's own modules", async () => {
    expect(await startBackEnd().action(node.digest, { text: "abc" })).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  it("[TE4] may be written in the test", async () => {
    const t = startBackEnd();
    const made = await t.action(async (ctx) => {
      await ctx.runMutation(calls.add, { name: "inline" } as never);
      return ctx.runQuery(calls.names, {} as never);
    });
    expect(made).toEqual(["inline"]);
  });
});

describe("paths", () => {
  it("[TE4] may name a default export and folders", async () => {
    const t = startBackEnd();
    expect(await t.query(calls.default, {})).toBe("the default export");
    expect(await t.query(deep.here, {})).toBe("deep");
  });

  it.each([
    ["a module that is not there", () => index.nothing, "no-module"],
    ["an export that is not there", () => calls.nothing, "no-export"],
  ] as const)("[TE4] %s", async (_, reference, id) => {
    const outcome = await outcomeOf(startBackEnd().query(reference(), {}));
    expect(outcome).toEqual(differing(id));
  });

  it("[TE4] of another kind", async () => {
    const outcome = await outcomeOf(startBackEnd().mutation(calls.names, {}));
    expect(outcome).toEqual(differing("wrong-kind"));
  });
});

describe("what functions throw", () => {
  it.each([
    ["convex-string", "only text"],
    ["convex-null", null],
    ["convex-deep", { list: [1n, null, { a: 1.5 }] }],
  ])("[TE4] a ConvexError has its data: %s", async (what, data) => {
    const failed = startBackEnd().query(calls.throwThing, { what });
    await expect(failed).rejects.toBeInstanceOf(ConvexError);
    expect(await outcomeOf(failed)).toEqual({ thrown: data });
  });

  it("[TE4] an error is the very error", async () => {
    await expect(startBackEnd().query(calls.throwThing, { what: "type" })).rejects.toThrow(
      new TypeError("a type error"),
    );
  });

  it.each([
    ["string", "a string"],
    ["object", { code: 7 }],
  ])("[TE4] what is no error is given as it is: %s", async (what, thrown) => {
    await expect(startBackEnd().query(calls.throwThing, { what })).rejects.toEqual(thrown);
  });
});
