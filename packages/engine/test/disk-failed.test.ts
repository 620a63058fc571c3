import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { expect, it } from "vitest";
import { openCommandLine } from "./cli-rig.ts";

const BIN = fileURLToPath(new URL("../bin/parley-engine.mjs", import.meta.url));

it("[ST21] a write that the system refuses ends `start` with status 70, and nothing is lost", {
  timeout: 90_000,
}, async () => {
  const line = openCommandLine();
  try {
    line.write(
      "convex/notes.ts",
      `import { mutation, query } from "./_generated/server";
       export const add = mutation(async (ctx, { text }) => { await ctx.db.insert("notes", { text }); });
       export const count = query(async (ctx) => (await ctx.db.query("notes").collect()).length);`,
    );
    // The limit is met within a write, which to SQLite is a disk that does not work.
    const command = `ulimit -f 4096; exec "$0" "$1" start --port 0 --site-port 0`;
    const child = spawn("sh", ["-c", command, process.execPath, BIN], {
      cwd: line.root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const exited = once(child, "exit");
    let output = "";
    child.stderr.on("data", (part) => {
      output += String(part);
    });
    const url = await new Promise<string>((resolve, reject) => {
      child.once("exit", () => reject(new Error(output)));
      let said = "";
      child.stdout.on("data", (part) => {
        said += String(part);
        const found = /ready at (\S+)/.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    const client = new ConvexHttpClient(url, { logger: false });
    let acknowledged = 0;
    const text = "long ".repeat(20_000);
    try {
      for (; acknowledged < 100; acknowledged++) {
        await client.mutation(anyApi.notes!.add!, { text });
      }
    } catch {
      // It is gone, and nobody was answered.
    }
    expect(await exited).toEqual([70, null]);
    expect(output).toContain("The disk failed (SQLITE_IOERR_WRITE).");
    expect(acknowledged).toBeGreaterThan(0);
    const next = await line.start();
    const count = await new ConvexHttpClient(next.url, { logger: false }).query(
      anyApi.notes!.count!,
      {},
    );
    expect([acknowledged, acknowledged + 1]).toContain(count);
  } finally {
    await line.end();
  }
});
