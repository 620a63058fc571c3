import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CommandLine, openCommandLine } from "../../test/cli-rig.ts";

const TIMEOUT_MS = 60_000;

let line: CommandLine;

beforeEach(() => {
  line = openCommandLine();
  line.write(
    "convex/notes.ts",
    `import { query, mutation } from "./_generated/server";
     import { v } from "convex/values";
     export const list = query({ handler: async (ctx) =>
       (await ctx.db.query("notes").collect()).map((note) => note.text) });
     export const add = mutation({ args: { text: v.string() },
       handler: async (ctx, note) => { await ctx.db.insert("notes", note); } });`,
  );
  line.write(
    "convex/http.ts",
    `import { httpRouter } from "convex/server";
     import { httpAction } from "./_generated/server";
     const http = httpRouter();
     const handler = httpAction(async () => new Response("hello"));
     http.route({ path: "/hello", method: "GET", handler });
     export default http;`,
  );
});
afterEach(() => line.end());

const { notes } = anyApi as unknown as { notes: { list: never; add: never } };

test("[CL3] hosts a folder, ends at a signal, and has everything after a restart", {
  timeout: TIMEOUT_MS,
}, async () => {
  const first = await line.start();
  expect((await line.run("codegen")).stdout).toBe("Everything in _generated is up to date.\n");
  const client = new ConvexHttpClient(first.url, { logger: false });
  await client.mutation(notes.add, { text: "kept" } as never);
  expect(await (await fetch(`${first.siteUrl}/hello`)).text()).toBe("hello");

  const second = await line.run("start", "--port", "0", "--site-port", "0");
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/^The data folder \S+ is in use by another process;[^\n]*\n$/);

  const exited = once(first.child, "exit");
  first.child.kill("SIGTERM");
  first.child.kill("SIGINT");
  expect(await exited).toEqual([0, null]);

  const again = await line.start();
  const list = await new ConvexHttpClient(again.url, { logger: false }).query(notes.list);
  expect(list).toEqual(["kept"]);
});

test("[CL4] what is wrong is one sentence and a status", { timeout: TIMEOUT_MS }, async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as { port: number };
  line.write("file", "");
  const ports = ["--port", "0", "--site-port", "0"];
  try {
    const ends = await Promise.all([
      line.run("start", "--port", String(port)),
      line.run("start", ...ports, "--data", "file"),
      line.run("start", ...ports, "--functions", "nowhere"),
      line.run("codegen", "--functions", "nowhere"),
      line.run("backup", "x", "--data", "none"),
      line.run("start", "--what"),
      line.run(),
    ]);
    expect(ends.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1, 2, 2]);
    for (const { stderr } of ends) expect(stderr).toMatch(/^[A-Z][^\n]*\.\n$/);
    expect(ends[0]?.stderr).toContain(`Port ${port} is in use`);
  } finally {
    taken.close();
  }
});

test("[DV6] dev waits for functions that do not load to be mended, and says where they break", {
  timeout: TIMEOUT_MS,
}, async () => {
  const mended = "export const one = 1;";
  line.write("convex/broken.ts", 'export const one = 1;\nthrow new Error("while loading");\n');
  const { child, output } = line.launch("dev", "--port", "0", "--site-port", "0");
  const shows = (pattern: RegExp) => expect.poll(output, { timeout: 30_000 }).toMatch(pattern);
  await shows(/while loading\n.*convex\/broken\.ts:2:\d+.*\nIt is tried again/);
  line.write("convex/broken.ts", "export const one = ;");
  await shows(/Unexpected ";"[\s\S]*It is tried again/);
  line.write("convex/broken.ts", mended);
  await shows(/ready at/);
  await line.stop(child);
  expect(child.exitCode).toBe(0);
});

test("[DV6] a signal ends dev while it waits", { timeout: TIMEOUT_MS }, async () => {
  line.write("convex/broken.ts", "export const one = ;");
  const { child, output } = line.launch("dev", "--port", "0", "--site-port", "0");
  await expect.poll(output, { timeout: 30_000 }).toMatch(/It is tried again/);
  await line.stop(child);
  expect(child.exitCode).toBe(0);
});

test("[CL15] convex.json says where the functions are, unless the command does", {
  timeout: TIMEOUT_MS,
}, async () => {
  line.write("convex.json", '{"functions": "src/functions/"}');
  line.write("src/functions/one.ts", "export const one = 1;");
  expect((await line.run("codegen")).stdout).toContain("_generated/api.d.ts");
  expect(existsSync(join(line.root, "src/functions/_generated/api.js"))).toBe(true);
  expect(existsSync(join(line.root, "convex/_generated"))).toBe(false);
  await line.run("codegen", "--functions", "convex");
  expect(existsSync(join(line.root, "convex/_generated/api.js"))).toBe(true);
  line.write("convex.json", '{"functions": 7}');
  expect(await line.run("codegen")).toEqual({
    code: 1,
    stdout: "",
    stderr: "The file convex.json is no object with a folder as `functions`.\n",
  });
});
