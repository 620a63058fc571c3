import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { anyApi } from "convex/server";
import { afterEach, expect, it, vi } from "vitest";
import { examine } from "../src/cli/doctor.ts";
import { exportSnapshot } from "../src/cli/export-snapshot.ts";
import { importSnapshot } from "../src/cli/import-snapshot.ts";
import { lockFolder } from "../src/persistence/folder-lock.ts";
import { openSqlitePersistence } from "../src/persistence/sqlite-persistence.ts";
import { openTables } from "../src/store/open-tables.ts";
import { type RunningEngine, startEngine, withFolder } from "./rig.ts";

const functionsDir = fileURLToPath(new URL("./fixtures/components", import.meta.url));
const { books, scores } = anyApi as unknown as Record<
  "books" | "scores",
  Record<string, NonNullable<(typeof anyApi)[string][string]>>
>;

vi.setConfig({ testTimeout: 60_000 });

let running: RunningEngine | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

const start = async (dataDir: string) => {
  running = await startEngine({ functionsDir, dataDir, runsJobs: false });
  return running.connect();
};
const stop = async () => {
  await running?.stop();
  running = null;
};

async function lookAt(dataDir: string) {
  const client = await start(dataDir);
  const { ledger } = (await client.query(books.files!, {})) as { ledger: string[] };
  const seen = {
    books: await client.query(books.all!, {}),
    scores: await client.query(scores.summary!, {}),
    file: await (await fetch(ledger[0]!)).text(),
  };
  await stop();
  return seen;
}

it("[CM12] components keep tables and files over export and import, and the doctor finds nothing", async () => {
  await withFolder(async (dir) => {
    const from = join(dir, "from");
    const client = await start(from);
    await client.mutation(books.add!, { amount: 7 });
    for (let points = 1; points <= 30; points++) {
      await client.mutation(scores.add!, { player: `player ${points}`, points });
    }
    const url = (await client.mutation(books.uploadUrl!, {})) as string;
    await fetch(url, { method: "POST", body: "a file" });
    await stop();
    const before = await lookAt(from);
    expect(before).toMatchObject({
      books: { app: ["the app's 7"], ledger: { amounts: [7], lines: ["added 7"] } },
      scores: { count: 30 },
      file: "a file",
    });
    expect(await examine(from)).toEqual([]);
    const zip = join(dir, "snapshot.zip");
    await exportSnapshot(from, zip);

    const same = join(dir, "same");
    await importSnapshot(same, zip);
    expect(await lookAt(same)).toEqual(before);
    expect(await examine(same)).toEqual([]);

    // Where numbers of the components' tables are taken already, ids get others, within each of them.
    const taken = join(dir, "taken");
    const numbers = tableNumbers(from);
    occupy(
      taken,
      [...numbers.values()].filter((number) => number !== numbers.get("entries")),
    );
    await expect(importSnapshot(taken, zip)).rejects.toThrow(/number of another table/);
    const half = join(dir, "half");
    const ofComponents = [...numbers].filter(([name]) => name.includes("/"));
    occupy(
      half,
      ofComponents.map(([, number]) => number),
    );
    await importSnapshot(half, zip);
    expect(await lookAt(half)).toEqual(before);
    expect(await examine(half)).toEqual([]);
  });
});

function tableNumbers(dataDir: string): Map<string, number> {
  const persistence = openSqlitePersistence(dataDir);
  try {
    const { catalog } = openTables(persistence);
    const tables = [...catalog.tables()].filter(({ name }) => !name.startsWith("_"));
    return new Map(
      tables.map(({ component, name, number }) => [
        component === "" ? name : `${component}/${name}`,
        number,
      ]),
    );
  } finally {
    persistence.close();
  }
}

/** Makes a folder in which the numbers are those of other tables. */
function occupy(dataDir: string, numbers: readonly number[]): void {
  const lock = lockFolder(dataDir);
  const persistence = openSqlitePersistence(dataDir);
  const { catalog } = openTables(persistence);
  for (const number of numbers) catalog.adoptTable(`taken${number}`, number);
  persistence.close();
  lock.release();
}
