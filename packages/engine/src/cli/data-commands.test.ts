import { readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type CommandLine, openCommandLine } from "../../test/cli-rig.ts";
import { until } from "../../test/rig.ts";
import { checkOfEntry } from "../persistence/checks.ts";

const TIMEOUT = { timeout: 90_000 };
const notes = anyApi.notes!;

let line: CommandLine;
beforeEach(() => {
  line = openCommandLine();
  line.write(
    "convex/notes.ts",
    `import { query, mutation, internalAction } from "./_generated/server";
     import { v } from "convex/values";
     export const list = query({ args: {}, handler: async (ctx) =>
       (await ctx.db.query("notes").collect()).map((note) => note.text) });
     export const add = mutation({ args: { text: v.string() },
       handler: async (ctx, note) => { await ctx.db.insert("notes", note); } });
     export const greeting = query({ args: {}, handler: async () => process.env.GREETING ?? null });
     export const keep = internalAction({ args: { text: v.string() },
       handler: async (ctx, { text }) => ctx.storage.store(new Blob([text])) });
     export const read = internalAction({ args: { id: v.id("_storage") },
       handler: async (ctx, { id }) => (await ctx.storage.get(id))?.text() });`,
  );
  line.write(
    "convex/schema.ts",
    `import { defineSchema, defineTable } from "convex/server";
     import { v } from "convex/values";
     export default defineSchema({ notes: defineTable({ text: v.string() })
       .index("by_text", ["text"]).searchIndex("search_text", { searchField: "text" }) });`,
  );
});
afterEach(() => line.end());

/** What a command prints that must go well. */
async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await line.run(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.trimEnd();
}

/** What a command says that must fail: one sentence. */
async function refusal(...args: string[]): Promise<string> {
  const { code, stderr } = await line.run(...args);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^[A-Z][^\n]*\.\n$/);
  return stderr.trimEnd();
}

test("[CL6] [CL7] run calls any function, data shows the rows", TIMEOUT, async () => {
  await run("codegen");
  expect(await refusal("data")).toBe("There is no data in the folder ./data.");
  expect(await run("run", "notes:add", '{"text":"first"}')).toBe("null");
  await run("run", "notes:add", '{"text":"second"}');
  expect(JSON.parse(await run("run", "notes:list"))).toEqual(["first", "second"]);
  const id = JSON.parse(await run("run", "notes:keep", '{"text":"bytes"}'));
  expect(JSON.parse(await run("run", "notes:read", JSON.stringify({ id })))).toBe("bytes");
  const wrong = await line.run("run", "notes:add", "{}");
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain("missing the required field `text`");
  expect((await line.run("run", "notes:none")).stderr).toContain("Could not find");

  const tables = new Map((await run("data")).split("\n").map((row) => row.split("\t") as never));
  expect(tables.get("notes" as never)).toBe("2");
  expect(tables.get("_storage" as never)).toBe("1");
  const rows = (await run("data", "notes")).split("\n").map((row) => JSON.parse(row));
  expect(rows).toMatchObject([{ text: "second" }, { text: "first" }]);
  expect((await run("data", "notes", "--limit", "1")).split("\n")).toHaveLength(1);
  expect(await refusal("data", "nowhere")).toBe("There is no table nowhere.");
});

test("[CL8] env sets what functions see", TIMEOUT, async () => {
  await run("codegen");
  await run("env", "set", "GREETING", "hello = world");
  await run("env", "set", "OTHER", "");
  expect(await refusal("env", "set", "CONVEX_CLOUD_URL", "x")).toContain("the deployment's own");
  expect(await run("env", "list")).toBe("GREETING=hello = world\nOTHER=");
  expect(await run("env", "get", "GREETING")).toBe("hello = world");
  expect(JSON.parse(await run("run", "notes:greeting"))).toBe("hello = world");
  const { child } = await line.start();
  expect(await refusal("env", "list")).toContain("is in use by another process");
  await line.stop(child);
  await run("env", "remove", "GREETING");
  expect(JSON.parse(await run("run", "notes:greeting"))).toBeNull();
  expect(await refusal("env", "get", "GREETING")).toBe("There is no variable GREETING.");
});

test("[CL9] a backup of a running engine is restored, and clients go on", TIMEOUT, async () => {
  await run("codegen");
  const id = JSON.parse(await run("run", "notes:keep", '{"text":"kept bytes"}'));
  const first = await line.start();
  const client = new ConvexClient(first.url, {
    webSocketConstructor: WebSocket as unknown as typeof globalThis.WebSocket,
    unsavedChangesWarning: false,
    logger: false,
  });
  try {
    const shows = (texts: string[]) =>
      until<string[]>(
        (onValue) => client.onUpdate(notes.list!, {}, onValue),
        (list) => JSON.stringify(list) === JSON.stringify(texts),
      );
    await client.mutation(notes.add!, { text: "before" });
    await run("backup", "copies/monday");
    await client.mutation(notes.add!, { text: "after" });
    await shows(["before", "after"]);
    expect(await refusal("backup", "copies/monday")).toContain("copies/monday is not empty");
    expect(await refusal("restore", "copies/monday")).toContain("./data is not empty");
    await line.stop(first.child);

    await run("restore", "copies/monday", "--data", "restored");
    expect(await run("doctor", "--data", "restored")).toBe("The data folder is sound.");
    const { port } = new URL(first.url);
    await line.start("--data", "restored", "--port", port);
    await shows(["before"]);
    await client.mutation(notes.add!, { text: "again" });
    await shows(["before", "again"]);
  } finally {
    await client.close();
  }
  expect(await refusal("restore", "nowhere", "--data", "other")).toContain("There is no data in");
  expect(await refusal("backup", "x", "--data", "nowhere")).toContain("There is no data in");
  expect(statSync(join(line.root, "copies/monday")).mode & 0o777).toBe(0o700);
  const read = ["run", "notes:read", JSON.stringify({ id }), "--data"];
  await run("restore", "copies/monday", "--data", "twice");
  expect(JSON.parse(await run(...read, "twice"))).toBe("kept bytes");
});

test("[CL9] an application's folder around the engine's comes along", TIMEOUT, async () => {
  await run("codegen");
  await run("run", "notes:add", '{"text":"inside"}', "--data", "app/engine");
  line.write("app/secret", "kept");
  const open = (path: string) => new Database(join(line.root, path));
  const people = open("app/people.sqlite");
  try {
    people.pragma("journal_mode = WAL");
    people.exec("CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('Ada')");
    await run("backup", "copy", "--data", "app");
  } finally {
    people.close();
  }
  await run("restore", "copy", "--data", "again");
  expect(readdirSync(join(line.root, "again")).sort()).toEqual([
    "engine",
    "lock",
    "people.sqlite",
    "secret",
  ]);
  const restored = open("again/people.sqlite");
  expect(restored.prepare("SELECT name FROM people").all()).toEqual([{ name: "Ada" }]);
  restored.close();
  expect(JSON.parse(await run("run", "notes:list", "--data", "again/engine"))).toEqual(["inside"]);
});

test("[CL10] doctor finds what is damaged, each kind of it", TIMEOUT, async () => {
  await run("codegen");
  await run("run", "notes:add", '{"text":"some words"}');
  const id = JSON.parse(await run("run", "notes:keep", '{"text":"bytes"}'));
  expect(await run("doctor")).toBe("The data folder is sound.");
  const path = join(line.root, "data/engine.sqlite");
  const change = (sql: string) => {
    const database = new Database(path);
    database.exec(sql);
    database.close();
  };
  const findings = async () => {
    const { code, stdout } = await line.run("doctor");
    expect(code).toBe(1);
    return stdout.trimEnd().split("\n");
  };

  const startRefusal = async () => (await line.run("start", "--port", "0")).stderr.trimEnd();

  const [key] = readdirSync(join(line.root, "data/files"));
  truncateSync(join(line.root, "data/files", key!), 2);
  expect(await findings()).toEqual([`The stored file ${id} has 2 bytes and not 5.`]);
  writeFileSync(join(line.root, "data/files", key!), "bytes");

  const database = new Database(path);
  const { row } = database
    .prepare<[], { row: number }>("SELECT row FROM documents WHERE body LIKE '%some words%'")
    .get()!;
  database.close();
  change(`UPDATE documents SET body = replace(body, 'some words', 'new words') WHERE row = ${row}`);
  expect((await findings())[0]).toMatch(
    /^Document \w+ \(row \d+ of the table documents\) is not what/,
  );
  expect(await startRefusal()).toMatch(/^The file engine\.sqlite is damaged: document \w+ .*\.$/);
  change(`UPDATE documents SET body = replace(body, 'new words', 'some words') WHERE row = ${row}`);

  const entries = new Database(path);
  const ofRow = entries.prepare<[], { index: number; key: Buffer; crc: number }>(
    `SELECT index_number AS "index", key, crc FROM entries WHERE row = ${row} ORDER BY index_number`,
  );
  const [first, ...others] = ofRow.all();
  entries.prepare("DELETE FROM entries WHERE row = ? AND index_number > ?").run(row, first!.index);
  entries.close();
  const about = await findings();
  expect(about.map((finding) => finding.replace(/document \w+\./, "document ID."))).toEqual([
    "Index notes.by_creation_time does not lead to document ID.",
    "Index notes.by_text does not lead to document ID.",
    "Index notes.search_text does not lead to document ID.",
  ]);
  const mended = new Database(path);
  const insert = mended.prepare(
    "INSERT INTO entries (index_number, key, row, crc) VALUES (?, ?, ?, ?)",
  );
  for (const { index, key, crc } of others) insert.run(index, key, row, crc);
  const surplus = Buffer.from([255]);
  insert.run(first!.index, surplus, row, checkOfEntry(first!.index, surplus, row));
  mended.close();
  expect(await findings()).toEqual(["Index notes.by_id has 1 entries that no document has."]);

  change("INSERT INTO log (ts, body) VALUES (9223372036854775807, 'no record')");
  expect((await findings())[0]).toBe(
    "Record 9223372036854775807 of the log is not what was written.",
  );
  change("DELETE FROM log");

  writeFileSync(path, "no database, and long enough to be looked at".repeat(100));
  expect(await findings()).toEqual(["The database cannot be read (SQLITE_NOTADB)."]);
});

test("[CL7] a running and a stopped engine's data is there", TIMEOUT, async () => {
  const { child, url } = await line.start();
  await new ConvexHttpClient(url, { logger: false }).mutation(notes.add!, { text: "online" });
  expect(await run("data", "notes")).toContain('"text":"online"');
  expect(await refusal("doctor")).toContain("is in use by another process");
  await line.stop(child);
  expect(await run("data", "notes")).toContain('"text":"online"');
});
