import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { type TestConvex as StockTestConvex, convexTest as stockTest } from "convex-test";
import { expect, it } from "vitest";
import { convexTest, type TestConvex } from "../src/testing/index.ts";

const schema = defineSchema({
  notes: defineTable({ text: v.string() }).index("by_text", ["text"]),
});
const modules = { "./_generated/api.js": async () => ({}) };

it("[TE6] what either gives can stand where the other is wanted", async () => {
  // The compiler is the test; that they run is a bonus.
  const ours: StockTestConvex<typeof schema> = convexTest(schema, modules);
  const text: string | undefined = await ours.run(async (ctx) => {
    const id = await ctx.db.insert("notes", { text: "a" });
    return (await ctx.db.get(id))?.text;
  });
  const theirs: TestConvex<typeof schema> = stockTest({ schema, modules });
  const texts: string[] = await theirs.query(async (ctx) =>
    (await ctx.db.query("notes").collect()).map((note) => note.text),
  );
  expect({ text, texts }).toEqual({ text: "a", texts: [] });
});
