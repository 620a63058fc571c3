import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { expect, it } from "vitest";
import { EngineError } from "../src/base/engine-error.ts";
import { restore } from "../src/cli/backup.ts";
import { examine } from "../src/cli/doctor.ts";
import { rowsOf, withDataFolder } from "../src/cli/offline.ts";
import { UNFINISHED_RESTORE } from "../src/persistence/folder-lock.ts";
import { openTables } from "../src/store/open-tables.ts";
import { openCommandLine } from "./cli-rig.ts";
import { Chance } from "./simulation/chance.ts";

const BIN = fileURLToPath(new URL("../bin/parley-engine.mjs", import.meta.url));
const SEED = Number(process.env.PARLEY_SEED ?? randomInt(1, 1_000_000));
const KILLS = Number(process.env.PARLEY_KILLS ?? 6);
const notes = anyApi.notes!;

/** All rows of all tables, as one text: what is the same for two folders that nobody can tell apart. */
function contentsOf(dataDir: string): Promise<string> {
  return withDataFolder(dataDir, (persistence) => {
    const { catalog } = openTables(persistence);
    const tables = [...catalog.tables()].map((table) => [
      table.name,
      [...rowsOf(persistence, table)].map(({ body }) => body),
    ]);
    return JSON.stringify(tables);
  });
}

it(`[CL9] O1: a backup under load is whole, and kills of it and of its restore leave all or nothing (seed ${SEED})`, {
  timeout: 180_000,
}, async () => {
  const chance = new Chance(SEED);
  const line = openCommandLine();
  const at = (path: string) => join(line.root, path);
  /** Runs a command and kills it after a part of the time that it takes. */
  const killed = async (args: string[], tookMs: number) => {
    const child = spawn(process.execPath, [BIN, ...args], { cwd: line.root, stdio: "ignore" });
    const exited = once(child, "exit");
    const timer = setTimeout(() => child.kill("SIGKILL"), tookMs * (0.5 + chance.int(0, 50) / 100));
    await exited;
    clearTimeout(timer);
    return child.signalCode === "SIGKILL";
  };
  try {
    line.write(
      "convex/notes.ts",
      `import { mutation, query, action } from "./_generated/server";
       export const add = mutation(async (ctx, { n }) => {
         await ctx.db.insert("notes", { n, text: "long ".repeat(1000) }); });
       export const keep = action(async (ctx) => {
         for (let n = 0; n < 20; n++) await ctx.storage.store(new Blob(["bytes ".repeat(5000)])); });`,
    );
    const { child, url } = await line.start();
    const client = new ConvexHttpClient(url, { logger: false });
    await client.action(notes.keep!, {});
    let acknowledged = 0;
    let isLoaded = true;
    const load = (async () => {
      while (isLoaded) await client.mutation(notes.add!, { n: acknowledged++ });
    })();
    while (acknowledged < 50) await client.query("_system:none" as never).catch(() => {});
    const before = acknowledged - 1;
    const startedMs = performance.now();
    expect((await line.run("backup", "whole")).code).toBe(0);
    const tookMs = performance.now() - startedMs;
    let cutBackups = 0;
    for (let n = 0; n < KILLS; n++) {
      const wasCut = await killed(["backup", `cut-${n}`], tookMs);
      if (!existsSync(at(`cut-${n}`))) cutBackups++;
      else expect(await examine(at(`cut-${n}`))).toEqual([]);
      expect(wasCut || existsSync(at(`cut-${n}`))).toBe(true);
    }
    isLoaded = false;
    await load;
    await line.stop(child);

    // Everything acknowledged before the backup began is in it, and nothing without what came before it.
    expect(await examine(at("whole"))).toEqual([]);
    const whole = await contentsOf(at("whole"));
    const rows = (JSON.parse(whole) as Array<[string, string[]]>).find(
      ([name]) => name === "notes",
    )!;
    const numbers = rows[1]
      .map((body) => (JSON.parse(body) as { n: number }).n)
      .sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, place) => place));
    expect(numbers.length).toBeGreaterThanOrEqual(before);

    restore(at("whole"), at("restored"));
    expect(await contentsOf(at("restored"))).toBe(whole);
    const files = (dir: string) => readdirSync(join(at(dir), "files")).sort();
    expect(files("restored")).toEqual(files("whole"));

    const restoreMs = performance.now();
    expect((await line.run("restore", "whole", "--data", "timed")).code).toBe(0);
    const restoreTookMs = performance.now() - restoreMs;
    const outcomes = { refused: 0, nothing: 0, whole: 0 };
    for (let n = 0; n < KILLS; n++) {
      await killed(["restore", "whole", "--data", "half"], restoreTookMs);
      if (
        !existsSync(join(at("half"), "engine.sqlite")) &&
        !existsSync(join(at("half"), UNFINISHED_RESTORE))
      ) {
        outcomes.nothing++;
      } else {
        try {
          expect(await contentsOf(at("half"))).toBe(whole);
          expect(files("half")).toEqual(files("whole"));
          outcomes.whole++;
        } catch (error) {
          if (!(error instanceof EngineError)) throw error;
          expect(error.message).toContain("has a restore that was cut off");
          outcomes.refused++;
        }
      }
      rmSync(at("half"), { recursive: true, force: true });
    }
    console.log(
      `O1, seed ${SEED}: ${numbers.length} rows of ${acknowledged}; ${cutBackups} of ${KILLS} backups cut; restores ${JSON.stringify(outcomes)}`,
    );
  } finally {
    await line.end();
  }
});

it("[CL9] a restore that was cut off is refused by a start and begun anew by a restore", async () => {
  const line = openCommandLine();
  try {
    line.write("convex/notes.ts", "export {};");
    line.write(`data/${UNFINISHED_RESTORE}/engine.sqlite`, "half of it");
    const { code, stderr } = await line.run("start", "--port", "0", "--site-port", "0");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The data folder \S+ has a restore that was cut off; .*\.\n$/);
    const { child } = await line.start("--data", "other");
    await line.stop(child);
    restore(join(line.root, "other"), join(line.root, "data"));
    expect(existsSync(join(line.root, "data", UNFINISHED_RESTORE))).toBe(false);
    expect(await examine(join(line.root, "data"))).toEqual([]);
  } finally {
    await line.end();
  }
}, 60_000);
