import { once } from "node:events";
import { createServer } from "node:net";
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
