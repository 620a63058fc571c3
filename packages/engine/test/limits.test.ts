import { anyApi, defineSchema, defineTable, queryGeneric } from "convex/server";
import { v } from "convex/values";
import { describe, expect, it, vi } from "vitest";
import { convexTest } from "../src/testing/index.ts";

// Slow is not wrong.
vi.setConfig({ testTimeout: 60_000 });

const schema = defineSchema({
  rows: defineTable({ n: v.number(), text: v.optional(v.string()) }).index("by_n", ["n"]),
});
const modules = {
  "./_generated/api.js": async () => ({}),
  "./pages.ts": async () => ({
    nested: queryGeneric({
      args: { depth: v.number() },
      handler: async (ctx, { depth }): Promise<number> => {
        const { page } = await ctx.db.query("rows").paginate({ numItems: 1, cursor: null });
        if (depth === 0) return page.length;
        const below: number = await ctx.runQuery(anyApi.pages!.nested!, { depth: depth - 1 });
        return page.length + below;
      },
    }),
    fail: queryGeneric({
      args: { depth: v.number() },
      handler: async (ctx, { depth }): Promise<null> => {
        if (depth === 0) throw new Error("the lowest fails");
        return ctx.runQuery(anyApi.pages!.fail!, { depth: depth - 1 });
      },
    }),
  }),
};
const start = () => convexTest(schema, modules);

async function fill(rows: number, text?: string) {
  const t = start();
  const step = text === undefined ? 8_000 : 8;
  for (let done = 0; done < rows; done += step) {
    await t.run(async (ctx) => {
      for (let n = done; n < Math.min(rows, done + step); n++) {
        await ctx.db.insert("rows", text === undefined ? { n } : { n, text });
      }
    });
  }
  return t;
}

describe("limits of a transaction", () => {
  it("[RT21] 4,096 ranges can be read, and no more", async () => {
    const read = (count: number) =>
      start().query(async (ctx) => {
        for (let n = 0; n < count; n++) {
          await ctx.db
            .query("rows")
            .withIndex("by_n", (q) => q.eq("n", n))
            .first();
        }
        return "fine";
      });
    expect(await read(4_096)).toBe("fine");
    await expect(read(4_097)).rejects.toThrow(
      "Too many reads in a single function execution (limit: 4096).",
    );
  });

  it("[RT21] 32,000 documents can be read, and no more", async () => {
    const t = await fill(32_001);
    const read = (count: number) =>
      t.query(async (ctx) => (await ctx.db.query("rows").take(count)).length);
    expect(await read(32_000)).toBe(32_000);
    await expect(read(32_001)).rejects.toThrow(
      "Too many documents read in a single function execution (limit: 32000). Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.",
    );
  });

  it("[RT21] 16 MiB can be read, and no more", async () => {
    const t = await fill(17, "x".repeat(1024 * 1024 - 200));
    const read = (count: number) =>
      t.query(async (ctx) => (await ctx.db.query("rows").take(count)).length);
    expect(await read(16)).toBe(16);
    await expect(read(17)).rejects.toThrow(/Too many bytes read .* \(limit: 16777216 bytes\)/);
  });

  it("[RT21] 16,000 documents can be written, and no more; what is rolled back does not count", async () => {
    const t = start();
    await t.run(async (ctx) => {
      for (let n = 0; n < 16_000; n++) await ctx.db.insert("rows", { n });
      await expect(ctx.db.insert("rows", { n: 0 })).rejects.toThrow(
        "Too many writes in a single function execution (limit: 16000)",
      );
    });
  });

  it("[RT21] 16 MiB can be written, and no more", async () => {
    const text = "x".repeat(1024 * 1024 - 200);
    await start().run(async (ctx) => {
      for (let n = 0; n < 16; n++) await ctx.db.insert("rows", { n, text });
      await expect(ctx.db.insert("rows", { n: 16, text })).rejects.toThrow(
        "Too many bytes written in a single function execution (limit: 16777216 bytes)",
      );
    });
  });

  it("[RT22] a nested function has a page of its own", async () => {
    const t = await fill(1);
    expect(await t.query(anyApi.pages!.nested!, { depth: 3 })).toBe(4);
  });

  it("[RT22] pages of no items are refused", async () => {
    const none = start().query(async (ctx) =>
      ctx.db.query("rows").paginate({ numItems: 0, cursor: null }),
    );
    await expect(none).rejects.toThrow(/numItems/);
  });

  it("[RT23] a function knows its name", async () => {
    const told = await start().query(async (ctx) => ctx.meta.getFunctionMetadata());
    expect(told).toMatchObject({ componentPath: "", type: "query", visibility: "public" });
  });

  it("[RT24] an error's text does not grow on its way", async () => {
    const failed = start().query(anyApi.pages!.fail!, { depth: 7 });
    const text = await failed.catch((error: Error) => error.message);
    expect(text).toBe(`${"Uncaught Error: ".repeat(7)}the lowest fails`);
  });
});
