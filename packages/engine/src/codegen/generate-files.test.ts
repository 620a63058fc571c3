import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { getFunctionName } from "convex/server";
import ts from "typescript";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { generateFiles, writeGeneratedFiles } from "./generate-files.ts";

const nodeModules = fileURLToPath(new URL("../../../../node_modules", import.meta.url));

let root: string;
let functionsDir: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "codegen-"));
  functionsDir = join(root, "convex");
  symlinkSync(nodeModules, join(root, "node_modules"));
  write("package.json", '{"type":"module"}');
  write(
    "convex/schema.ts",
    `import { defineSchema, defineTable } from "convex/server";
     import { v } from "convex/values";
     export default defineSchema({
       notes: defineTable({ text: v.string() }).index("by_text", ["text"]),
     });`,
  );
  write(
    "convex/notes.ts",
    `import { v } from "convex/values";
     import { internalMutation, query } from "./_generated/server";
     export const list = query({
       args: { text: v.string() },
       handler: (ctx, { text }) =>
         ctx.db.query("notes").withIndex("by_text", (q) => q.eq("text", text)).collect(),
     });
     export const add = internalMutation({
       args: { text: v.string() },
       handler: (ctx, note) => ctx.db.insert("notes", note),
     });`,
  );
  write("convex/dir/my-mod.ts", "export const one = 1;");
  write("convex/dir_my/mod.ts", "export const two = 2;");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, contents: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), contents);
}

/** What the type checker says of each file; errors in any other file of ours fail the test. */
function typeErrors(paths: string[]): string[][] {
  const files = paths.map((path) => join(root, path));
  const program = ts.createProgram(files, {
    noEmit: true,
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: [],
  });
  const errorsIn = (file: ts.SourceFile) =>
    program
      .getSemanticDiagnostics(file)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  for (const file of program.getSourceFiles()) {
    if (file.fileName.includes("/convex/") && !file.fileName.includes("node_modules")) {
      expect(errorsIn(file)).toEqual([]);
    }
  }
  return files.map((path) => errorsIn(program.getSourceFile(path)!));
}

function contentsOf(path: string): string {
  return generateFiles(functionsDir).find((file) => file.path === path)!.contents;
}

describe("generateFiles", () => {
  test("[CG1] five files", () => {
    expect(generateFiles(functionsDir).map(({ path }) => path)).toEqual([
      "_generated/api.d.ts",
      "_generated/api.js",
      "_generated/dataModel.d.ts",
      "_generated/server.d.ts",
      "_generated/server.js",
    ]);
  });

  test("[CG2] modules as Convex counts them", () => {
    write("convex/crons.ts", "export default 1;");
    write("convex/http.tsx", "export default 1;");
    write("convex/plain.js", "");
    for (const left of [
      "auth.config.ts",
      "notes.test.ts",
      "types.d.ts",
      ".hidden.ts",
      "#temp.ts",
      "with space.ts",
      "readme.md",
      "_generated/old.ts",
      "component/convex.config.ts",
      "component/inner.ts",
    ]) {
      write(`convex/${left}`, "export const x = 1;");
    }
    write("convex/script.ts", "// nothing is exported");
    const modules = [...contentsOf("_generated/api.d.ts").matchAll(/from "\.\.\/(.*)\.js"/g)];
    expect(modules.map(([, path]) => path)).toEqual([
      "crons",
      "dir/my-mod",
      "dir_my/mod",
      "http",
      "notes",
      "plain",
    ]);
  });

  test("[CG3] types follow schema and functions; without a schema they permit all", {
    timeout: 60_000,
  }, () => {
    write(
      "convex/run.ts",
      `import { api, components, internal } from "./_generated/api";
       import type { Doc, Id } from "./_generated/dataModel";
       import { action, env } from "./_generated/server";
       const text = (note: Doc<"notes">): string => note.text + note._id;
       export const run = action(async (ctx): Promise<string[]> => {
         const id: Id<"notes"> = await ctx.runMutation(internal.notes.add, { text: "x" });
         const notes = await ctx.runQuery(api.notes.list, { text: id });
         return [...notes.map(text), env.CONVEX_SITE_URL ?? "", ...Object.keys(components)];
       });`,
    );
    write(
      "app/bad.ts",
      `import { api, internal } from "../convex/_generated/api";
       import type { Doc } from "../convex/_generated/dataModel";
       export const a = [api.notes.list, internal.notes.add, api.run.run];
       export const b = api.notes.add;
       export const c = internal.notes.list;
       export type D = Doc<"nothing">;
       export const e = (note: Doc<"notes">) => note.title;`,
    );
    write(
      "free/convex/things.ts",
      `import type { Doc, Id } from "./_generated/dataModel";
       import { mutation } from "./_generated/server";
       export const add = mutation(async (ctx): Promise<Id<"things">> => {
         const thing: Doc<"things"> = { anything: 1 };
         return await ctx.db.insert("things", thing);
       });`,
    );
    writeGeneratedFiles(functionsDir);
    writeGeneratedFiles(join(root, "free/convex"));
    expect(typeErrors(["app/bad.ts", "free/convex/things.ts"])).toEqual([
      [
        expect.stringContaining("'add' does not exist"),
        expect.stringContaining("'list' does not exist"),
        expect.stringContaining("does not satisfy the constraint"),
        expect.stringContaining("'title' does not exist"),
      ],
      [],
    ]);
  });

  test("[CG3] variables that the app declares are typed, and no others", {
    timeout: 60_000,
  }, () => {
    const declare = (env: string) =>
      write(
        "convex/convex.config.ts",
        `import { defineApp } from "convex/server";
         import { v } from "convex/values";
         export default defineApp(${env});`,
      );
    write(
      "app/env.ts",
      `import { env } from "../convex/_generated/server";
       export const all: string[] = [env.CONVEX_SITE_URL, env.KEY];
       export const maybe: string | undefined = env.FOO;
       export const wrong: string = env.FOO;
       env.BAR;`,
    );
    declare("{ env: { KEY: v.string(), FOO: v.optional(v.string()) } }");
    writeGeneratedFiles(functionsDir);
    expect(typeErrors(["app/env.ts"])).toEqual([
      [
        expect.stringContaining("not assignable to type 'string'"),
        expect.stringContaining("'BAR' does not exist"),
      ],
    ]);
    declare("");
    writeGeneratedFiles(functionsDir);
    expect(typeErrors(["app/env.ts"])).toEqual([
      [
        expect.stringContaining("'KEY' does not exist"),
        expect.stringContaining("'FOO' does not exist"),
        expect.stringContaining("'FOO' does not exist"),
        expect.stringContaining("'BAR' does not exist"),
      ],
    ]);
  });

  test("[CG5] a folder is the same however it is named, and what it uses must be there", () => {
    write(
      "convex/convex.config.ts",
      `import presence from "@convex-dev/presence/convex.config.js";
       import { defineApp } from "convex/server";
       const app = defineApp();
       app.use(presence);
       export default app;`,
    );
    expect(generateFiles(relative(process.cwd(), functionsDir))).toEqual(
      generateFiles(functionsDir),
    );
    expect(generateFiles(functionsDir)[0]!.contents).toContain("presence");
    write(
      "convex/convex.config.ts",
      `import absent from "absent/convex.config.js";
       app.use(absent);`,
    );
    expect(() => generateFiles(functionsDir)).toThrow(
      /The component absent\/convex\.config\.js, which .* uses, cannot be found\./,
    );
  });

  test("[CG5] components in use have types, from packages, folders and each other", {
    timeout: 60_000,
  }, () => {
    write(
      "convex/convex.config.ts",
      `import presence from "@convex-dev/presence/convex.config.js";
       import ledger from "./ledger/convex.config";
       import { defineApp } from "convex/server";
       const app = defineApp();
       app.use(presence);
       // app.use(ledger, { name: "commented" });
       app.use(ledger);
       app.use(ledger, { name: "second" });
       export default app;`,
    );
    write(
      "convex/ledger/convex.config.ts",
      `import journal from "./journal/convex.config";
       import { defineComponent } from "convex/server";
       const component = defineComponent("ledger");
       component.use(journal);
       export default component;`,
    );
    write(
      "convex/ledger/journal/convex.config.ts",
      `import { defineComponent } from "convex/server";
       export default defineComponent("journal");`,
    );
    write(
      "convex/ledger/journal/lines.ts",
      `import { mutation } from "./_generated/server";
       export const write = mutation(async (): Promise<number> => 1);`,
    );
    write(
      "convex/ledger/schema.ts",
      `import { defineSchema, defineTable } from "convex/server";
       import { v } from "convex/values";
       export default defineSchema({ entries: defineTable({ amount: v.number() }) });`,
    );
    write(
      "convex/ledger/entries.ts",
      `import { v } from "convex/values";
       import { components } from "./_generated/api";
       import { internalQuery, mutation } from "./_generated/server";
       export const add = mutation({
         args: { after: v.optional(v.id("entries")) },
         handler: async (ctx) => {
           const amount: number = await ctx.runMutation(components.journal.lines.write, {});
           return ctx.db.insert("entries", { amount });
         },
       });
       export const hidden = internalQuery(async () => 1);`,
    );
    write(
      "app/uses.ts",
      `import { components } from "../convex/_generated/api";
       import { mutation } from "../convex/_generated/server";
       export const use = mutation(async (ctx) => {
         const id: string = await ctx.runMutation(components.ledger.entries.add, { after: "text" });
         await ctx.runMutation(components.second.entries.add, {});
         await ctx.runMutation(components.presence.public.heartbeat, {
           roomId: id, userId: "u", sessionId: "s",
         });
         components.ledger.entries.hidden;
         components.commented;
         await ctx.runMutation(components.ledger.entries.add, { after: 7 });
       });`,
    );
    const written = writeGeneratedFiles(functionsDir);
    expect(written.filter((path) => path.includes("component.d.ts"))).toEqual([
      "ledger/_generated/component.d.ts",
      "ledger/journal/_generated/component.d.ts",
    ]);
    expect(typeErrors(["app/uses.ts"])).toEqual([
      [
        expect.stringContaining("'hidden' does not exist"),
        expect.stringContaining("'commented' does not exist"),
        expect.stringContaining("'number' is not assignable to type 'string'"),
      ],
    ]);
  });

  test("[CG4] references are paths, builders are the library's", async () => {
    writeGeneratedFiles(functionsDir);
    const load = (path: string) =>
      import(pathToFileURL(join(functionsDir, path)).href) as Promise<Record<string, never>>;
    const { api, internal } = await load("_generated/api.js");
    const { dir } = api as unknown as { dir: Record<string, { one: never }> };
    expect(getFunctionName(dir["my-mod"]!.one)).toBe("dir/my-mod:one");
    expect(internal).toBeDefined();
    const { query } = await load("_generated/server.js");
    const make = query as unknown as (handler: () => null) => Record<string, unknown>;
    const { isQuery, isPublic } = make(() => null);
    expect([isQuery, isPublic]).toEqual([true, true]);
  });

  test("[CG4] files that are right already are not written again", () => {
    expect(writeGeneratedFiles(functionsDir).length).toBe(5);
    const before = statSync(join(functionsDir, "_generated/api.d.ts")).mtimeMs;
    expect(writeGeneratedFiles(functionsDir)).toEqual([]);
    write("convex/more.ts", "export const x = 1;");
    expect(writeGeneratedFiles(functionsDir)).toEqual(["_generated/api.d.ts"]);
    expect(statSync(join(functionsDir, "_generated/api.d.ts")).mtimeMs).toBeGreaterThanOrEqual(
      before,
    );
  });
});
