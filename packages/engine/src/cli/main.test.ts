import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, expect, test } from "vitest";

const bin = fileURLToPath(new URL("../../bin/parley-engine.mjs", import.meta.url));
const TIMEOUT_MS = 60_000;

let root: string;
let running: ChildProcess[];

beforeEach(() => {
  running = [];
  root = mkdtempSync(join(tmpdir(), "cli-"));
  mkdirSync(join(root, "convex"));
  writeFileSync(
    join(root, "convex/notes.ts"),
    `import { query, mutation } from "./_generated/server";
     import { v } from "convex/values";
     export const list = query({ handler: async (ctx) =>
       (await ctx.db.query("notes").collect()).map((note) => note.text) });
     export const add = mutation({ args: { text: v.string() },
       handler: async (ctx, note) => { await ctx.db.insert("notes", note); } });`,
  );
  writeFileSync(
    join(root, "convex/http.ts"),
    `import { httpRouter } from "convex/server";
     import { httpAction } from "./_generated/server";
     const http = httpRouter();
     const handler = httpAction(async () => new Response("hello"));
     http.route({ path: "/hello", method: "GET", handler });
     export default http;`,
  );
});
afterEach(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  rmSync(root, { recursive: true, force: true });
});

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
}

/** Starts an engine on free ports and waits until it says where it is. */
async function startEngine(): Promise<{ child: ChildProcess; url: string; siteUrl: string }> {
  const args = [bin, "start", "--port", "0", "--site-port", "0"];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  running.push(child);
  let output = "";
  for await (const part of child.stdout!) {
    output += part;
    const url = /ready at (\S+)/.exec(output)?.[1];
    const siteUrl = /HTTP actions are at (\S+)/.exec(output)?.[1];
    if (url !== undefined && siteUrl !== undefined) return { child, url, siteUrl };
  }
  throw new Error(`the engine ended before it was ready: ${output}`);
}

const { notes } = anyApi as unknown as { notes: { list: never; add: never } };

test("[CL3] hosts a folder, ends at a signal, and has everything after a restart", {
  timeout: TIMEOUT_MS,
}, async () => {
  const first = await startEngine();
  expect((await run("codegen")).stdout).toBe("Everything in _generated is up to date.\n");
  const client = new ConvexHttpClient(first.url, { logger: false });
  await client.mutation(notes.add, { text: "kept" } as never);
  expect(await (await fetch(`${first.siteUrl}/hello`)).text()).toBe("hello");

  const second = await run("start", "--port", "0", "--site-port", "0");
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/^The data folder \S+ is in use by another process;[^\n]*\n$/);

  const exited = once(first.child, "exit");
  first.child.kill("SIGTERM");
  first.child.kill("SIGINT");
  expect(await exited).toEqual([0, null]);

  const again = await startEngine();
  const list = await new ConvexHttpClient(again.url, { logger: false }).query(notes.list);
  expect(list).toEqual(["kept"]);
});

test("[CL4] what is wrong is one sentence and a status", { timeout: TIMEOUT_MS }, async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as { port: number };
  writeFileSync(join(root, "file"), "");
  const ports = ["--port", "0", "--site-port", "0"];
  try {
    const ends = await Promise.all([
      run("start", "--port", String(port)),
      run("start", ...ports, "--data", "file"),
      run("start", ...ports, "--functions", "nowhere"),
      run("codegen", "--functions", "nowhere"),
      run("backup", "x"),
      run("start", "--what"),
      run(),
    ]);
    expect(ends.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1, 2, 2]);
    for (const { stderr } of ends) expect(stderr).toMatch(/^[A-Z][^\n]*\.\n$/);
    expect(ends[0]?.stderr).toContain(`Port ${port} is in use`);
  } finally {
    taken.close();
  }
});
