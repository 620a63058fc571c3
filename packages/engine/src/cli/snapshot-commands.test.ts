import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import yazl from "yazl";
import { type CommandLine, openCommandLine } from "../../test/cli-rig.ts";
import { encodeDocumentId } from "../values/document-id.ts";
import { openSnapshot } from "./snapshot-file.ts";

const TIMEOUT = { timeout: 120_000 };

let line: CommandLine;
beforeEach(() => {
  line = openCommandLine();
  line.write(
    "convex/notes.ts",
    `import { query, mutation, internalAction } from "./_generated/server";
     import { v } from "convex/values";
     export const find = query({ args: { text: v.string() }, handler: async (ctx, { text }) =>
       ctx.db.query("notes").withIndex("by_text", (q) => q.eq("text", text)).collect() });
     export const add = mutation({ args: { note: v.any() },
       handler: async (ctx, { note }) => ctx.db.insert("notes", note) });
     export const keep = internalAction({ args: { text: v.string() },
       handler: async (ctx, { text }) => ctx.storage.store(new Blob([text], { type: "text/x" })) });
     export const read = internalAction({ args: { id: v.id("_storage") },
       handler: async (ctx, { id }) => {
         const blob = await ctx.storage.get(id);
         return blob && [blob.type, await blob.text()];
       } });`,
  );
  writeSchema("v.any()");
});
afterEach(() => line.end());

function writeSchema(documentType: string): void {
  line.write(
    "convex/schema.ts",
    `import { defineSchema, defineTable } from "convex/server";
     import { v } from "convex/values";
     export default defineSchema({ notes: defineTable(${documentType}).index("by_text", ["text"]),
       empty: defineTable({}) });`,
  );
}

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await line.run(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.trimEnd();
}

async function refusal(...args: string[]): Promise<string> {
  const { code, stderr } = await line.run(...args);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^[A-Z][^\n]*\.\n$/);
  return stderr.trimEnd();
}

async function writeZip(name: string, entries: Record<string, string>): Promise<void> {
  const zip = new yazl.ZipFile();
  for (const [path, text] of Object.entries(entries)) zip.addBuffer(Buffer.from(text), path);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(join(line.root, name)));
}

const asLines = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const idOf = (table: number, n: number) => encodeDocumentId(table, new Uint8Array(16).fill(n));

test("[CL11] [CL12] what is exported is imported as it was", TIMEOUT, async () => {
  await run("codegen");
  const note = { text: "one", rank: 5, big: { $integer: "BQAAAAAAAAA=" } };
  await run("run", "notes:add", JSON.stringify({ note }));
  const id = JSON.parse(await run("run", "notes:keep", '{"text":"bytes"}'));
  await run("run", "notes:add", JSON.stringify({ note: { text: "file", image: id } }));
  await run("export", "all.zip");
  expect(await refusal("export", "all.zip")).toContain("all.zip is there already");

  const snapshot = await openSnapshot(join(line.root, "all.zip"));
  expect([...snapshot.paths].sort()).toEqual(
    [
      "README.md",
      `_storage/${id}`,
      "_storage/documents.jsonl",
      "_tables/documents.jsonl",
      "empty/documents.jsonl",
      "empty/generated_schema.jsonl",
      "notes/documents.jsonl",
      "notes/generated_schema.jsonl",
    ].sort(),
  );
  const rows: string[] = [];
  for await (const row of snapshot.lines("notes/documents.jsonl")) rows.push(row);
  expect(rows.find((row) => row.includes('"one"'))).toContain('{"big":5,"rank":5.0,');
  snapshot.close();

  expect(await run("import", "all.zip", "--data", "other")).toBe(
    "Imported 2 documents and 1 files",
  );
  expect(await run("data", "notes", "--data", "other")).toBe(await run("data", "notes"));
  const found = await run("run", "notes:find", '{"text":"one"}', "--data", "other");
  expect(JSON.parse(found)).toMatchObject([note]);
  const read = await run("run", "notes:read", JSON.stringify({ id }), "--data", "other");
  expect(JSON.parse(read)).toEqual(["text/x", "bytes"]);
  expect(await run("doctor", "--data", "other")).toBe("The data folder is sound.");
  expect(await refusal("import", "all.zip", "--data", "other")).toContain(
    "Table notes has documents already",
  );
});

test(
  "[CL12] a snapshot of hosted Convex is taken, with files whose ids are others",
  TIMEOUT,
  async () => {
    await run("codegen");
    const hostedFile = idOf(9_500, 7);
    const notes = [
      { _creationTime: 1_700_000_000_000.25, _id: idOf(10_042, 1), text: "one", image: hostedFile },
      { _creationTime: 1_700_000_000_001, _id: idOf(10_042, 2), text: "two", rank: 2 },
    ];
    const sha256 = createHash("sha256").update("picture").digest("base64");
    await writeZip("hosted.zip", {
      "README.md": "",
      "_tables/documents.jsonl": asLines([{ name: "notes", id: 10_042 }]),
      "notes/documents.jsonl": asLines(notes),
      "_storage/documents.jsonl": asLines([
        {
          _id: hostedFile,
          _creationTime: 5,
          sha256,
          size: 7,
          internalId: "x",
          contentType: "image/x",
        },
      ]),
      [`_storage/${hostedFile}.png`]: "picture",
    });
    // The engine has given the table another number already.
    await run("run", "notes:find", '{"text":"one"}');
    expect(await run("import", "hosted.zip")).toBe("Imported 2 documents and 1 files");
    const [one] = JSON.parse(await run("run", "notes:find", '{"text":"one"}'));
    expect(one).toEqual({ ...notes[0], image: idOf(9_001, 7) });
    const read = await run("run", "notes:read", JSON.stringify({ id: one.image }));
    expect(JSON.parse(read)).toEqual(["image/x", "picture"]);
    expect(await run("doctor")).toBe("The data folder is sound.");
  },
);

test(
  "[CL12] what cannot be imported changes nothing, what the schema forbids is refused",
  TIMEOUT,
  async () => {
    await run("codegen");
    await run("run", "notes:find", '{"text":"one"}');
    const good = { _creationTime: 1, _id: idOf(10_042, 1), text: "one" };
    const snapshotOf = (rows: object[], more: Record<string, string> = {}) => ({
      "_tables/documents.jsonl": asLines([{ name: "notes", id: 10_042 }]),
      "notes/documents.jsonl": asLines(rows),
      ...more,
    });
    const bad: Array<[Record<string, string>, string]> = [
      [
        snapshotOf([good, { ...good, _id: idOf(10_043, 2) }]),
        "document 2 of table notes has no id of",
      ],
      [snapshotOf([good, good]), "document 2 of table notes is there already"],
      [snapshotOf([{ ...good, _creationTime: "now" }]), "has no creation time"],
      [snapshotOf([{ ...good, _secret: 1 }]), "_secret"],
      [snapshotOf([good], { "notes/generated_schema.jsonl": '"int64"' }), "no longer writes"],
      [snapshotOf([good], { "_components/a b/notes/documents.jsonl": "" }), "is not one of a snap"],
      [snapshotOf([good], { "a b/documents.jsonl": "" }), 'There cannot be a table "a b"'],
      [{ "letter.txt": "" }, "The file is a ZIP, but no snapshot"],
    ];
    for (const [place, [entries, message]] of bad.entries()) {
      await writeZip(`bad${place}.zip`, entries);
      expect(await refusal("import", `bad${place}.zip`)).toContain(message);
    }
    line.write("text.zip", "this is not a ZIP");
    expect(await refusal("import", "text.zip")).toContain("text.zip cannot be read");
    expect(await refusal("import", "nowhere.zip")).toContain("nowhere.zip cannot be read");
    expect(await run("data", "notes")).toBe("");

    await writeZip("good.zip", snapshotOf([good]));
    writeSchema("{ text: v.number() }");
    await run("import", "good.zip");
    const refused = await line.run("run", "notes:find", '{"text":"one"}');
    expect(refused.stderr).toContain(`Table "notes" has rows that the schema does not permit`);
    expect(refused.stderr).toContain(good._id);
  },
);
