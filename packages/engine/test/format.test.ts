import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { expect, it } from "vitest";
import { realEnvironment } from "../src/base/environment.ts";
import { examine } from "../src/cli/doctor.ts";
import { bringUpToDate } from "../src/persistence/format.ts";
import { startEngine, withFolder } from "./rig.ts";
import { openPeer } from "./sync-peer.ts";

const FUNCTIONS_DIR = fileURLToPath(new URL("./fixtures/format", import.meta.url));
/** A folder as the format's first day left it: rows in tables and in the log, a job, a file. */
const FOLDER = fileURLToPath(new URL("./fixtures/format-1", import.meta.url));
const WRITTEN_MS = Date.UTC(2026, 10, 25);
const SESSION = "5a2f3c1e-9b7d-4e6f-8a1b-2c3d4e5f6a7b";
const things = anyApi.things!;

it("[PE4] a folder of format 1 has everything that was written to it", async () => {
  await withFolder(async (dir) => {
    cpSync(FOLDER, join(dir, "data"), { recursive: true });
    const golden = new Database(join(dir, "data", "engine.sqlite"), { readonly: true });
    const count = (table: string) => golden.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    expect([count("documents"), count("log")]).toEqual([4, 6]);
    golden.close();
    const startedMs = performance.now();
    // Requests are forgotten, and jobs come due, as time goes by: here two minutes have gone by.
    const environment = {
      ...realEnvironment(() => {}),
      nowMs: () => WRITTEN_MS + 120_000 + performance.now() - startedMs,
    };
    const dataDir = join(dir, "data");
    const engine = await startEngine({ functionsDir: FUNCTIONS_DIR, dataDir, environment });
    const http = new ConvexHttpClient(engine.url, { logger: false });
    const rows = async () => (await http.query(things.byRank!, {})) as Array<{ rank: number }>;
    while ((await rows()).length < 6) await new Promise((resolve) => setImmediate(resolve));
    expect(await rows()).toEqual([
      { rank: -1.5, text: "in a table" },
      { rank: 1, text: "more words in a table", any: [null, { a: 2n }, "é", new ArrayBuffer(2)] },
      { rank: 2, text: "in the log" },
      { rank: 3, text: "more words in the log" },
      { rank: 4, text: "by a session" },
      { rank: 5, text: "scheduled" },
    ]);
    expect(await http.query(things.search!, { text: "words" })).toEqual([3, 1]);
    const [address] = (await http.query(things.fileUrls!, {})) as string[];
    const file = await fetch(new URL(new URL(address!).pathname, engine.url));
    expect(await file.text()).toBe("a stored file");

    // The session comes back and repeats what it never had an answer to.
    const peer = await openPeer(engine.url, SESSION);
    const args = [{ rank: 4, text: "by a session" }];
    peer.send({ type: "Mutation", requestId: 0, udfPath: "things:add", args });
    expect(await peer.next("MutationResponse")).toMatchObject({ requestId: 0, success: true });
    expect(await rows()).toHaveLength(6);
    peer.close();
    await engine.stop();
    expect(await examine(dataDir)).toEqual([]);
  });
});

it("[PE4] a folder of a later format is refused and left as it is", async () => {
  await withFolder(async (dir) => {
    const path = join(dir, "engine.sqlite");
    const later = new Database(path);
    later.pragma("user_version = 9");
    later.close();
    await expect(startEngine({ dataDir: dir })).rejects.toMatchObject({
      kind: "StoreVersionTooNew",
      message: expect.stringMatching(/^The data folder was written by a newer version .*\.$/),
    });
    const after = new Database(path, { readonly: true });
    expect(after.pragma("user_version", { simple: true })).toBe(9);
    expect(after.prepare("SELECT count(*) AS n FROM sqlite_master").get()).toEqual({ n: 0 });
    after.close();
  });
});

it("[PE4] steps that were cut off are taken by the next opening, those that were done are not", async () => {
  await withFolder(async (dir) => {
    const path = join(dir, "engine.sqlite");
    const taken: string[] = [];
    const step = (name: string, sql: string) => (db: Database.Database) => {
      taken.push(name);
      db.exec(sql);
      if (name === "second" && taken.length === 2) throw new Error("the power is gone");
    };
    const steps = [
      step("first", "CREATE TABLE a (x)"),
      step("second", "ALTER TABLE a ADD COLUMN y; INSERT INTO a VALUES (1, 2)"),
      step("third", "UPDATE a SET y = 3"),
    ];
    const open = () => {
      const db = new Database(path);
      try {
        bringUpToDate(db, steps);
        return db.prepare("SELECT * FROM a").all();
      } finally {
        db.close();
      }
    };
    expect(open).toThrow("the power is gone");
    expect(open()).toEqual([{ x: 1, y: 3 }]);
    expect(open()).toEqual([{ x: 1, y: 3 }]);
    expect(taken).toEqual(["first", "second", "second", "third"]);
  });
});
