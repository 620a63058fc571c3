import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EngineError } from "../base/engine-error.ts";
import { lockFolder } from "./folder-lock.ts";

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "folder-lock-"));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

function refusal(folder: string): EngineError {
  try {
    lockFolder(folder).release();
  } catch (error) {
    if (error instanceof EngineError) return error;
  }
  throw new Error("the folder was not refused with an EngineError");
}

test("[PE1] a folder is created for its owner alone and held until it is released", () => {
  const folder = join(parent, "a", "data");
  const lock = lockFolder(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, "lock")).mode & 0o777).toBe(0o600);
  expect(refusal(folder).kind).toBe("DataFolderInUse");
  lock.release();
  lock.release();
  lockFolder(folder).release();
});

test("[PE1] a second process is refused, and the end of the first frees the folder", async () => {
  const folder = join(parent, "data");
  // Takes the lock as SQLite gives it, and ends without any clean-up.
  const holdAndDie = (thenTry: string) => `
    const Database = require("better-sqlite3");
    const database = new Database(${JSON.stringify(join(folder, "lock"))}, { timeout: 0 });
    try { database.exec("BEGIN EXCLUSIVE"); ${thenTry} } catch (error) { console.log(error.code); }
    process.kill(process.pid, "SIGKILL");`;
  const run = (script: string) =>
    promisify(execFile)(process.execPath, ["-e", script], { cwd: import.meta.dirname }).catch(
      (killed: { stdout: string }) => killed,
    );
  const lock = lockFolder(folder);
  expect((await run(holdAndDie('console.log("taken")'))).stdout.trim()).toBe("SQLITE_BUSY");
  lock.release();
  expect((await run(holdAndDie('console.log("taken")'))).stdout.trim()).toBe("taken");
  lockFolder(folder).release();
});

test("[PE2] a folder that cannot be is refused in one sentence", () => {
  const file = join(parent, "file");
  writeFileSync(file, "");
  expect(refusal(file)).toMatchObject({
    kind: "DataFolderUnusable",
    message: `The data folder ${file} cannot be used: there is a file in its place.`,
  });
  expect(refusal(join(file, "below")).message).toContain("there is a file in its place");
  writeFileSync(
    join(parent, "lock"),
    "this is no database, and longer than a header is long".repeat(9),
  );
  expect(refusal(parent).message).toContain('its file "lock" is not one of ours');
});
