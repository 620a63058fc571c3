import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, expect, it } from "vitest";
import { examine } from "../src/cli/doctor.ts";
import { withDataFolder } from "../src/cli/offline.ts";
import { readCatalog } from "../src/store/open-tables.ts";
import { startEngine, withFolder } from "./rig.ts";

const bin = fileURLToPath(new URL("../bin/parley-engine.mjs", import.meta.url));
const rows = anyApi.rows!;
const BATCHES = 20;
const ROWS_A_BATCH = 1_000;

let child: ChildProcess | null = null;
afterEach(() => child?.kill("SIGKILL"));

const schema = (indexes: string) =>
  `import { defineSchema, defineTable } from "convex/server";
   import { v } from "convex/values";
   export default defineSchema({ rows: defineTable({ rank: v.number(), text: v.string() })${indexes} });`;

/** Kills a start as soon as it says that it builds an index, or a moment later. */
async function killWhileBuilding(dir: string, delayMs: number): Promise<void> {
  const args = [bin, "start", "--functions", "functions", "--data", "data"];
  const started = spawn(process.execPath, [...args, "--port", "0", "--site-port", "0"], {
    cwd: dir,
    stdio: ["ignore", "ignore", "pipe"],
  });
  child = started;
  const exited = once(started, "exit");
  let output = "";
  for await (const part of started.stderr) {
    output += String(part);
    if (output.includes("Building an index.")) break;
  }
  expect(output).toContain('{"index":"rows.by_rank","rows":0}');
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  started.kill("SIGKILL");
  await exited;
}

it("[ST20] an index whose building is cut off is finished by the next start", {
  timeout: 60_000,
}, async () => {
  await withFolder(async (dir) => {
    const functionsDir = join(dir, "functions");
    mkdirSync(functionsDir);
    writeFileSync(join(functionsDir, "schema.ts"), schema(""));
    writeFileSync(
      join(functionsDir, "rows.ts"),
      `import { mutationGeneric, queryGeneric } from "convex/server";
       export const fill = mutationGeneric(async (ctx, { from, count }) => {
         for (let n = from; n < from + count; n++)
           await ctx.db.insert("rows", { rank: -n, text: "x".repeat(200) });
       });
       export const change = mutationGeneric(async (ctx) => {
         const first = await ctx.db.query("rows").first();
         await ctx.db.patch(first._id, { rank: 1 });
       });
       export const top = queryGeneric(async (ctx) => (await ctx.db.query("rows")
         .withIndex("by_rank").order("desc").take(3)).map(({ rank }) => rank));
       export const bottom = queryGeneric(async (ctx) =>
         (await ctx.db.query("rows").withIndex("by_rank").first()).rank);`,
    );
    const dataDir = join(dir, "data");
    const filling = await startEngine({ functionsDir, dataDir });
    for (let n = 0; n < BATCHES; n++) {
      const args = { from: n * ROWS_A_BATCH, count: ROWS_A_BATCH };
      await filling.engine.runFunction({ kind: "mutation", path: "rows:fill", args });
    }
    await filling.stop();

    writeFileSync(join(functionsDir, "schema.ts"), schema('.index("by_rank", ["rank"])'));
    await killWhileBuilding(dir, 0);
    await killWhileBuilding(dir, 20);
    const indexes = await withDataFolder(dataDir, (persistence) => [
      ...readCatalog(persistence).findTable("rows")!.indexes.values(),
    ]);
    expect(indexes.filter(({ isBuilt }) => !isBuilt).map(({ name }) => name)).toEqual(["by_rank"]);
    expect(await examine(dataDir)).toEqual([]);

    const { engine, url, stop } = await startEngine({ functionsDir, dataDir });
    const http = new ConvexHttpClient(url);
    expect(await http.query(rows.top!)).toEqual([-0, -1, -2]);
    expect(await http.query(rows.bottom!)).toBe(1 - BATCHES * ROWS_A_BATCH);
    await engine.runFunction({ kind: "mutation", path: "rows:change", args: {} });
    expect(await http.query(rows.top!)).toEqual([1, -1, -2]);
    await stop();
    expect(await examine(dataDir)).toEqual([]);

    // And one whose removal is cut off: the catalog has forgotten it, its entries are still there.
    writeFileSync(join(functionsDir, "schema.ts"), schema(""));
    await (await startEngine({ functionsDir, dataDir })).stop();
    const { number } = indexes.find(({ name }) => name === "by_rank")!;
    await withDataFolder(dataDir, (persistence) => {
      expect(persistence.scanKeys(number, "", null, "asc", 1)).toEqual([]);
    });
  });
});
