import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, expect, it } from "vitest";
import { type RunningEngine, startEngine, withFolder } from "./rig.ts";

const notes = anyApi.notes!;

let running: RunningEngine | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

/** A deployment whose schema is written anew before each start. */
async function withDeployment(
  use: (start: (schema: string) => Promise<ConvexHttpClient>) => Promise<void>,
): Promise<void> {
  await withFolder(async (root) => {
    const functionsDir = join(root, "convex");
    mkdirSync(functionsDir);
    writeFileSync(
      join(functionsDir, "notes.ts"),
      `import { mutationGeneric, queryGeneric } from "convex/server";
       export const add = mutationGeneric((ctx, note) => ctx.db.insert("notes", note));
       export const addPage = mutationGeneric((ctx, page) => ctx.db.insert("pages", page));
       export const list = queryGeneric(async (ctx) =>
         (await ctx.db.query("notes").collect()).map((note) => note.text));`,
    );
    await use(async (schema) => {
      await running?.stop();
      running = null;
      writeFileSync(
        join(functionsDir, "schema.ts"),
        `import { defineSchema, defineTable } from "convex/server";
         import { v } from "convex/values";
         export default defineSchema(${schema});`,
      );
      running = await startEngine({ functionsDir, dataDir: join(root, "data") });
      return new ConvexHttpClient(running.url);
    });
  });
}

it("[ST16] refuses a schema that rows violate, names them, and leaves everything as it was", async () => {
  await withDeployment(async (start) => {
    const http = await start("{ notes: defineTable(v.any()) }");
    const add = (note: object) => http.mutation(notes.add!, note as never) as Promise<string>;
    await add({ text: "fits", place: { row: 1 } });
    const bad = [
      await add({ text: "one", place: { row: "1" } }),
      await add({ text: "two", place: { row: "2" } }),
    ];
    const strict =
      "{ notes: defineTable({ text: v.string(), place: v.object({ row: v.number() }) }) }";
    const refusal = start(strict);
    await expect(refusal).rejects.toMatchObject({ kind: "SchemaMismatch" });
    const message = await refusal.catch((error: Error) => error.message);
    expect(message).toMatch(
      /^Table "notes" .* field "place\.row", Value does not match validator; /,
    );
    for (const id of bad) expect(message).toContain(id);

    const missing = start("{ notes: defineTable({ text: v.string(), author: v.string() }) }");
    await expect(missing).rejects.toThrow(
      'field "author", Object is missing the required field `author`;',
    );
    const extra = start("{ notes: defineTable({ text: v.string() }) }");
    await expect(extra).rejects.toThrow(
      'field "place", Object contains extra field `place` that is not in the validator;',
    );

    const again = await start("{ notes: defineTable(v.any()) }");
    expect(await again.query(notes.list!)).toEqual(["fits", "one", "two"]);
  });
});

it("[ST16] names every table that has rows which do not fit", async () => {
  await withDeployment(async (start) => {
    const http = await start("{ notes: defineTable(v.any()), pages: defineTable(v.any()) }");
    const note = (await http.mutation(notes.add!, { text: 1 })) as string;
    const page = (await http.mutation(notes.addPage!, { text: 2 })) as string;
    const strict =
      "{ notes: defineTable({ text: v.string() }), pages: defineTable({ text: v.string() }) }";
    const refusal = await start(strict).catch((error: Error) => error.message);
    expect(refusal).toMatch(
      new RegExp(`^Table "notes" .* ${note}: field "text", .*\nTable "pages" .* ${page}: .*$`),
    );
  });
});

it("[ST16] takes a schema that rows fit, and one that does not ask", async () => {
  await withDeployment(async (start) => {
    const http = await start("{}");
    await http.mutation(notes.add!, { text: "kept" });
    const fitting = await start(
      '{ notes: defineTable({ text: v.string(), rank: v.optional(v.number()) }).index("by_text", ["text"]) }',
    );
    expect(await fitting.query(notes.list!)).toEqual(["kept"]);
    const lax = await start(
      "{ notes: defineTable({ rank: v.number() }) }, { schemaValidation: false }",
    );
    expect(await lax.query(notes.list!)).toEqual(["kept"]);
    await expect(start("{ notes: defineTable({ rank: v.number() }) }")).rejects.toMatchObject({
      kind: "SchemaMismatch",
    });
  });
});
