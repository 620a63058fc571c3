import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { EngineOptions } from "../src/index.ts";
import { ADMIN_KEY, type RunningEngine, startEngine, until, withFolder } from "./rig.ts";

const functionsDir = fileURLToPath(new URL("./fixtures/components", import.meta.url));
const books = anyApi.books!;

// Eleven folders are bundled at each start, which a busy machine takes its time for.
vi.setConfig({ testTimeout: 60_000 });

let running: RunningEngine | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

async function start(options: Partial<EngineOptions> = {}): Promise<RunningEngine> {
  running = await startEngine({
    functionsDir,
    environmentVariables: { LEDGER_LABEL: "blue" },
    revealsErrors: true,
    ...options,
  });
  return running;
}

/** Somebody who is signed in, as an admin who speaks for them. */
function as(subject: string): ConvexHttpClient {
  const client = new ConvexHttpClient(running!.url);
  const identity = { issuer: "https://test", subject, tokenIdentifier: `https://test|${subject}` };
  (client as unknown as { setAdminAuth(key: string, as: object): void }).setAdminAuth(
    ADMIN_KEY,
    identity,
  );
  return client;
}

const EMPTY = { amounts: [], lines: [] };

describe("components", () => {
  it("[CM1] have tables of their own under names that others use too", async () => {
    await withFolder(async (dataDir) => {
      await start({ dataDir, runsJobs: false });
      const client = running!.connect();
      const id = (await client.mutation(books.add!, { amount: 7 })) as string;
      await client.mutation(books.add!, { amount: 3 });
      const everything = {
        app: ["the app's 7", "the app's 3"],
        ledger: { amounts: [3, 7], lines: ["added 7", "added 3"] },
        second: EMPTY,
      };
      expect(await client.query(books.all!, {})).toEqual(everything);
      expect(await client.query(books.has!, { id })).toEqual({
        app: false,
        appFile: false,
        document: expect.stringContaining("expected to be an Id"),
        ledger: { isEntry: true, isFile: false },
        second: { isEntry: false, isFile: false },
      });
      await running!.stop();
      await start({ dataDir, runsJobs: false });
      expect(await running!.connect().query(books.all!, {})).toEqual(everything);
    });
  });

  it("[CM2] take part in the transaction, and what fails in them is taken back alone", async () => {
    await start({ runsJobs: false });
    const client = running!.connect();
    expect(await client.mutation(books.addWithTrouble!, { amount: 5 })).toBe(true);
    expect(await client.query(books.all!, {})).toEqual({
      app: ["kept"],
      ledger: EMPTY,
      second: EMPTY,
    });
  });

  it("[CM2] are watched like everything else that a query reads", async () => {
    await start();
    const client = running!.connect();
    const seen = until<{ ledger: { lines: string[] } }>(
      (onValue) => client.onUpdate(books.all!, {}, onValue),
      ({ ledger }) => ledger.lines.length === 1,
    );
    await running!.connect().mutation(books.add!, { amount: 1 });
    expect((await seen).ledger.lines).toEqual(["added 1"]);
  });

  it("[CM3] are told nothing of who calls, and of the environment what they are given", async () => {
    await start();
    const own = {
      name: "entries:circumstances",
      identity: null,
      appOnly: null,
      hasCloudUrl: true,
    };
    expect(await as("ann").mutation(books.circumstances!, {})).toEqual({
      app: "ann",
      ledger: { ...own, componentPath: "ledger", label: "blue", mode: "strict", global: "strict" },
      second: { ...own, componentPath: "second", label: null, mode: "loose", global: "loose" },
    });
  });

  it("[CM4] show their public functions, to their parent alone", async () => {
    await start();
    const client = running!.connect();
    const refusal = (what: string) => client.mutation(books.refusal!, { what });
    expect(await refusal("paginate")).toContain("paginate() is only supported in the app");
    expect(await refusal("internal")).toContain("Could not find public function");
    expect(await refusal("internalOfGrandchild")).toContain("Could not find public function");
    expect(await refusal("unknownFunction")).toContain("Could not find public function");
    expect(await refusal("unknownComponent")).toContain("Could not find public function");
    for (const path of ["function://ledger;entries:all", "ledger/entries:all"]) {
      const body = JSON.stringify({ path, format: "json", args: [{}] });
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${running!.url}/api/query`, { method: "POST", headers, body });
      expect(await answer.json()).toMatchObject({
        status: "error",
        errorMessage: expect.stringContaining("Could not find public function"),
      });
    }
    const value = await running!.engine.runFunction({
      kind: null,
      path: "function://ledger/journal;lines:all",
      args: {},
    });
    expect(value).toEqual([]);
  });

  it("[CM5] call functions by handles that others give them, as nobody", async () => {
    await withFolder(async (dataDir) => {
      await start({ dataDir });
      const { handle, caller } = (await as("ann").mutation(books.callBack!, { text: "back" })) as {
        handle: string;
        caller: string;
      };
      expect(handle).toMatch(/^function:\/\//);
      expect(caller).toBe("nobody");
      await running!.stop();
      await start({ dataDir });
      const again = (await as("ann").mutation(books.callBack!, { text: "again" })) as object;
      expect(again).toEqual({ handle, caller });
      expect(await as("ann").query(books.all!, {})).toMatchObject({ app: ["back", "again"] });
    });
  });

  it("[CM6] schedule functions of their own and by handle, over a restart", async () => {
    await withFolder(async (dataDir) => {
      await start({ dataDir, runsJobs: false });
      await running!.connect().mutation(books.addLater!, { amount: 20 });
      expect(await running!.connect().query(books.jobs!, {})).toEqual({
        app: ["function://ledger;entries:add pending"],
        ledger: ["entries:addNow pending", "function://;books:insert pending"],
      });
      await running!.stop();
      await start({ dataDir });
      const client = running!.connect();
      const done = await until<{ app: string[]; ledger: { amounts: number[] } }>(
        (onValue) => client.onUpdate(books.all!, {}, onValue),
        ({ app, ledger }) => app.length === 1 && ledger.amounts.length >= 3,
      );
      // The cron of the component ran too, at its first start.
      expect(done).toMatchObject({ app: ["by ledger"], ledger: { amounts: [20, 21, 3_600] } });
    });
  });

  it("[CM7] keep files of their own", async () => {
    await withFolder(async (dataDir) => {
      await start({ dataDir });
      const client = running!.connect();
      const url = (await client.mutation(books.uploadUrl!, {})) as string;
      const posted = await fetch(url, { method: "POST", body: "a file of the ledger's" });
      const { storageId } = (await posted.json()) as { storageId: string };
      expect(await client.query(books.has!, { id: storageId })).toMatchObject({
        appFile: false,
        ledger: { isFile: true },
        second: { isFile: false },
      });
      const files = (await client.query(books.files!, {})) as { app: number; ledger: string[] };
      expect(files).toMatchObject({ app: 0, second: [] });
      expect(await (await fetch(files.ledger[0]!)).text()).toBe("a file of the ledger's");
      await client.mutation(books.removeFiles!, {});
      expect(await client.query(books.files!, {})).toEqual({ app: 0, ledger: [], second: [] });
      expect((await fetch(files.ledger[0]!)).status).toBe(404);
    });
  });

  it("[CM8] run actions, which call what is theirs", async () => {
    await start();
    const client = as("ann");
    expect(await client.action(books.act!, { amount: 4 })).toEqual({
      componentPath: "ledger",
      identity: null,
      text: "from an action",
    });
    expect(await client.query(books.all!, {})).toMatchObject({
      ledger: { amounts: expect.arrayContaining([4]), lines: ["acted 4"] },
    });
  });

  it("[CM9] answer HTTP requests under the prefix that they were mounted at", async () => {
    await start({ runsJobs: false });
    await running!.connect().mutation(books.add!, { amount: 9 });
    const answer = await fetch(`${running!.url}/http/ledger/amounts`);
    expect(await answer.json()).toEqual({ amounts: [9], path: "/ledger/amounts" });
    expect((await fetch(`${running!.url}/http/amounts`)).status).toBe(404);
    expect((await fetch(`${running!.url}/http/second/amounts`)).status).toBe(404);
  });

  it("[CM10] are refused at start when the environment that they ask for is not given", async () => {
    await withFolder(async (dir) => {
      const write = (mode: string) => {
        mkdirSync(join(dir, "child"), { recursive: true });
        writeFileSync(
          join(dir, "convex.config.ts"),
          `import { defineApp } from "convex/server";
           import child from "./child/convex.config";
           const app = defineApp();
           app.use(child, { env: { ${mode} } });
           export default app;`,
        );
        writeFileSync(
          join(dir, "child/convex.config.ts"),
          `import { defineComponent } from "convex/server";
           import { v } from "convex/values";
           export default defineComponent("child", { env: { MODE: v.literal("on") } });`,
        );
      };
      write("");
      await expect(startEngine({ functionsDir: dir })).rejects.toThrow(
        "component child needs the environment variable MODE; give it in `env` of `use`",
      );
      write('MODE: "off"');
      await expect(startEngine({ functionsDir: dir })).rejects.toThrow(
        "the environment variable MODE of component child has a value that it may not have",
      );
      write('MODE: "on"');
      await (await startEngine({ functionsDir: dir })).stop();
      writeFileSync(
        join(dir, "child/convex.config.ts"),
        `import { defineComponent } from "convex/server";
         import self from "./convex.config";
         const component = defineComponent("child");
         component.use(self);
         export default component;`,
      );
      await expect(startEngine({ functionsDir: dir })).rejects.toThrow("uses itself");
    });
  });
});
