import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ConvexClient, ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, expect, it } from "vitest";
import { examine } from "../src/cli/doctor.ts";
import { type RunningEngine, startEngine, withFolder } from "./rig.ts";
import { createTestIssuer } from "./tokens.ts";

const notes = anyApi.notes!;

let running: RunningEngine | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

const NOTES = (list: string) => `
  import { mutationGeneric, queryGeneric } from "convex/server";
  export const add = mutationGeneric((ctx, note) => ctx.db.insert("notes", note));
  export const list = queryGeneric(async (ctx) => ${list});
  export const count = queryGeneric(async (ctx) => (await ctx.db.query("notes").collect()).length);
  export const whoAmI = queryGeneric(async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? null);`;
const TEXTS = `(await ctx.db.query("notes").collect()).map((note) => note.text)`;
const SCHEMA = (tables: string) => `
  import { defineSchema, defineTable } from "convex/server";
  import { v } from "convex/values";
  export default defineSchema(${tables});`;

interface Deployment {
  write(file: string, text: string): void;
  client: ConvexClient;
  /** Results of `notes:list` as they were pushed, errors by their text. */
  pushed: unknown[];
  /** Resolves with the pushes once there are so many. */
  pushes(count: number): Promise<unknown[]>;
  dataDir: string;
}

async function withDeployment(use: (deployment: Deployment) => Promise<void>): Promise<void> {
  await withFolder(async (root) => {
    const functionsDir = join(root, "convex");
    mkdirSync(functionsDir);
    const write = (file: string, text: string) => writeFileSync(join(functionsDir, file), text);
    write("notes.ts", NOTES(TEXTS));
    const dataDir = join(root, "data");
    running = await startEngine({ functionsDir, dataDir, revealsErrors: true });
    const client = running.connect();
    const pushed: unknown[] = [];
    const waiting: Array<() => void> = [];
    const note = (value: unknown) => {
      pushed.push(value);
      for (const check of waiting) check();
    };
    client.onUpdate(notes.list!, {}, note, (error) => note(error.message));
    const pushes = (count: number) =>
      new Promise<unknown[]>((resolve) => {
        const check = () => pushed.length >= count && resolve(pushed);
        waiting.push(check);
        check();
      });
    await pushes(1);
    await use({ write, client, pushed, pushes, dataDir });
  });
}

it("[DV1] changed functions take effect without a socket being dropped", async () => {
  await withDeployment(async ({ write, client, pushed, pushes }) => {
    await client.mutation(notes.add!, { text: "a" });
    expect(await pushes(2)).toEqual([[], ["a"]]);
    let counts = 0;
    client.onUpdate(notes.count!, {}, () => counts++);
    await client.query(notes.count!, {});

    write("notes.ts", NOTES(`${TEXTS}.map((text) => text.toUpperCase())`));
    await running!.engine.reloadFunctions();
    expect(await pushes(3)).toEqual([[], ["a"], ["A"]]);
    await client.mutation(notes.add!, { text: "b" });
    expect(pushed.slice(2)).toEqual([["A"], ["A", "B"]]);
    // The count was run again by the reload, and being the same was not sent again.
    expect(counts).toBe(2);
    expect(client.connectionState()).toMatchObject({ connectionCount: 1 });
  });
});

it("[DV2] a folder that cannot be put in force changes nothing, and says why", async () => {
  await withDeployment(async ({ write, client, pushed }) => {
    const id = await client.mutation(notes.add!, { text: "a" });
    const reload = () => running!.engine.reloadFunctions();

    write("notes.ts", NOTES("("));
    await expect(reload()).rejects.toMatchObject({ kind: "FunctionsInvalid" });
    write("notes.ts", `throw new Error("not today"); ${NOTES(TEXTS)}`);
    await expect(reload()).rejects.toThrow("not today");
    write("notes.ts", NOTES('"changed"'));
    write("schema.ts", SCHEMA("{ notes: defineTable({ text: v.number() }) }"));
    await expect(reload()).rejects.toThrow(
      `Table "notes" has rows that the schema does not permit, first ${id}`,
    );
    write("schema.ts", SCHEMA("{ notes: defineTable({ text: v.string() }) }"));
    write(
      "crons.ts",
      `import { cronJobs, anyApi } from "convex/server";
      const crons = cronJobs(); crons.interval("x", { seconds: 1 }, anyApi.notes.gone); export default crons;`,
    );
    await expect(reload()).rejects.toThrow("gone");

    await client.mutation(notes.add!, { text: "b" });
    await client.mutation(notes.add!, { text: 3 });
    expect(pushed).toEqual([[], ["a"], ["a", "b"], ["a", "b", 3]]);
  });
});

it("[DV3] a reload builds new indexes over rows that are on disk and rows that are not yet", async () => {
  await withDeployment(async ({ write, client, dataDir }) => {
    for (const text of ["c", "a", "b"]) await client.mutation(notes.add!, { text });
    write(
      "schema.ts",
      SCHEMA(`{ notes: defineTable({ text: v.string() }).index("by_text", ["text"]) }`),
    );
    write(
      "notes.ts",
      NOTES(TEXTS.replace('query("notes")', 'query("notes").withIndex("by_text")')),
    );
    const reloading = running!.engine.reloadFunctions();
    // Mutations that come meanwhile wait for their turn, and are held to what is in force then.
    const adding = client.mutation(notes.add!, { text: "aa" });
    await Promise.all([reloading, adding]);
    await client.mutation(notes.add!, { text: "bb" });
    const http = new ConvexHttpClient(running!.url);
    expect(await http.query(notes.list!, {})).toEqual(["a", "aa", "b", "bb", "c"]);
    await expect(client.mutation(notes.add!, { text: 7 })).rejects.toThrow("Validator: v.string()");

    write("schema.ts", SCHEMA(`{ notes: defineTable({ text: v.string() }) }`));
    write("notes.ts", NOTES(TEXTS));
    await running!.engine.reloadFunctions();
    expect(await http.query(notes.list!, {})).toEqual(["c", "a", "b", "aa", "bb"]);
    await running!.stop();
    running = null;
    expect(await examine(dataDir)).toEqual([]);
  });
});

it("[DV4] crons and auth.config.ts of the reloaded folder are in force", async () => {
  await withDeployment(async ({ write, client, pushes }) => {
    const issuer = await createTestIssuer();
    const config = `export default { providers: [{ type: "customJwt", issuer: "https://issuer.test",
      jwks: "${issuer.environmentVariables.TEST_JWKS}", algorithm: "ES256", applicationID: "convex" }] };`;
    write("auth.config.ts", config);
    write(
      "notes.ts",
      `${NOTES(TEXTS)}
      export const tick = mutationGeneric(async (ctx) => { await ctx.db.insert("notes", { text: "tick" }); });`,
    );
    write(
      "crons.ts",
      `import { cronJobs, anyApi } from "convex/server";
      const crons = cronJobs(); crons.interval("x", { hours: 1 }, anyApi.notes.tick); export default crons;`,
    );
    await running!.engine.reloadFunctions();
    expect(await pushes(2)).toEqual([[], ["tick"]]);
    const token = await issuer.sign("ada");
    client.setAuth(async () => token);
    const subject = await new Promise((resolve) => {
      client.onUpdate(notes.whoAmI!, {}, (value) => value !== null && resolve(value));
    });
    expect(subject).toBe("ada");
  });
});

it("[DV5] a watched folder is generated and reloaded when a source is saved", async () => {
  await withDeployment(async ({ write, pushes }) => {
    const reports: Array<string | null> = [];
    const reported: Array<() => void> = [];
    const stop = running!.engine.watchFunctions([], (trouble) => {
      reports.push(trouble?.message ?? null);
      for (const check of reported) check();
    });
    const report = (count: number) =>
      new Promise<void>((resolve) => {
        const check = () => reports.length >= count && resolve();
        reported.push(check);
        check();
      });
    write("notes.ts", NOTES("("));
    await report(1);
    expect(reports[0]).toContain("notes.ts");
    write("more.ts", `export const where = "elsewhere";`);
    write(
      "notes.ts",
      `import { api } from "./_generated/api"; import { where } from "./more";
      ${NOTES("where + typeof api")}`,
    );
    await expect(pushes(2)).resolves.toEqual([[], "elsewhereobject"]);
    expect(reports.at(-1)).toBe(null);
    stop();
  });
});
