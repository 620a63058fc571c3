import { execFile } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type CommandLine, openCommandLine } from "../../test/cli-rig.ts";
import { until } from "../../test/rig.ts";

const KEY = "a-key-for-tests";
const nodeModules = fileURLToPath(new URL("../../../../node_modules", import.meta.url));
const notes = anyApi.notes!;

let cli: CommandLine;
let client: ConvexClient | null = null;
beforeEach(() => {
  cli = openCommandLine();
  cli.write(
    "convex/notes.ts",
    `import { internalMutationGeneric, queryGeneric } from "convex/server";
     export const greeting = queryGeneric(() => process.env.GREETING ?? null);
     export const add = internalMutationGeneric(async (ctx, note) => { await ctx.db.insert("notes", note); return note.text; });`,
  );
  cli.write(
    "convex/auth.config.ts",
    `if (process.env.GREETING === "wrong") throw new Error("not this one");
     export default { providers: [] };`,
  );
});
afterEach(async () => {
  await client?.close();
  client = null;
  await cli.end();
});

it("[CL14] env and run work in an engine that runs, data and export beside it", {
  timeout: 90_000,
}, async () => {
  const { url } = await cli.start("--admin-key", KEY);
  client = new ConvexClient(url, {
    webSocketConstructor: WebSocket as unknown as typeof globalThis.WebSocket,
    unsavedChangesWarning: false,
  });
  const stock = client;
  const greeted = (value: string | null) =>
    until<string | null>(
      (onValue) => stock.onUpdate(notes.greeting!, {}, onValue),
      (found) => found === value,
    );
  await greeted(null);
  const there = ["--url", url, "--admin-key", KEY];

  expect(await cli.run("env", "set", "GREETING", "hello", ...there)).toMatchObject({ code: 0 });
  await greeted("hello");
  expect((await cli.run("env", "list", ...there)).stdout).toBe("GREETING=hello\n");
  const wrong = await cli.run("env", "set", "GREETING", "wrong", ...there);
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("not this one") });
  expect((await cli.run("env", "get", "GREETING", ...there)).stdout).toBe("hello\n");
  expect(await cli.run("env", "list", "--url", url, "--admin-key", "another")).toMatchObject({
    code: 1,
    stdout: "",
  });
  expect(await cli.run("env", "remove", "GREETING", ...there)).toMatchObject({ code: 0 });
  await greeted(null);

  const called = await cli.run("run", "notes:add", '{"text":"from outside"}', ...there);
  expect(called).toMatchObject({ code: 0, stdout: '"from outside"\n' });
  expect(stock.connectionState()).toMatchObject({ connectionCount: 1 });
  expect((await cli.run("data", "notes")).stdout).toContain('"text":"from outside"');
  expect(await cli.run("export", "all.zip")).toMatchObject({ code: 0, stderr: "" });
  expect(await cli.run("import", "all.zip")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("is in use by another process"),
  });
});

it("[CL14] the stock CLI sets variables here, and reads them", { timeout: 90_000 }, async () => {
  cli.write("package.json", '{"dependencies":{"convex":"1.48.0"}}');
  symlinkSync(nodeModules, join(cli.root, "node_modules"), "junction");
  const { url } = await cli.start("--admin-key", KEY);
  const convex = (...args: string[]) =>
    new Promise<{ code: number; stdout: string }>((resolve) => {
      const options = {
        cwd: cli.root,
        env: {
          PATH: process.env.PATH,
          HOME: cli.root,
          CI: "1",
          NO_COLOR: "1",
          CONVEX_SELF_HOSTED_URL: url,
          CONVEX_SELF_HOSTED_ADMIN_KEY: KEY,
          CONVEX_VERSION_API_ORIGIN: url,
          CONVEX_PROVISION_HOST: url,
        },
      };
      const program = join(nodeModules, "convex/bin/main.js");
      execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
        if (error) console.error(stdout, stderr);
        resolve({ code: error ? 1 : 0, stdout });
      });
    });
  expect(await convex("env", "set", "GREETING", "hello")).toMatchObject({ code: 0 });
  expect(await convex("env", "list")).toMatchObject({ code: 0, stdout: "GREETING=hello\n" });
  expect(await convex("env", "get", "GREETING")).toMatchObject({ code: 0, stdout: "hello\n" });
  expect(await convex("run", "notes:greeting")).toMatchObject({ code: 0, stdout: '"hello"\n' });
  expect(await convex("env", "remove", "GREETING")).toMatchObject({ code: 0 });
  expect(await convex("env", "list")).toMatchObject({ code: 0 });
});
