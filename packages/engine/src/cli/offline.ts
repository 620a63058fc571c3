import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { EngineError } from "../base/engine-error.ts";
import { lockFolder } from "../persistence/folder-lock.ts";
import type { Persistence } from "../persistence/persistence.ts";
import { openSqlitePersistence } from "../persistence/sqlite-persistence.ts";
import type { Table } from "../store/catalog.ts";

const ROWS_PER_STEP = 1_000;
const ALL_PAGES = 0x7fff_ffff;

/** The database of a data folder. */
export function databasePath(dataDir: string): string {
  return join(dataDir, "engine.sqlite");
}

/** @throws EngineError "DataFolderUnusable" where there is no database. */
export function requireDatabase(dataDir: string): void {
  if (existsSync(databasePath(dataDir))) return;
  throw new EngineError("DataFolderUnusable", `There is no data in the folder ${dataDir}.`);
}

/**
 * Holds a data folder that nobody else is using, and its database, while `use` runs.
 *
 * @throws EngineError "DataFolderInUse" and others, with a sentence for the person.
 */
export async function withDataFolder<T>(
  dataDir: string,
  use: (persistence: Persistence) => T | Promise<T>,
): Promise<T> {
  const lock = lockFolder(dataDir);
  try {
    const persistence = openSqlitePersistence(dataDir);
    try {
      return await use(persistence);
    } finally {
      persistence.close();
    }
  } finally {
    lock.release();
  }
}

/**
 * A data folder's database to look at: the folder's own, or where somebody is using it, a copy of what
 * is there at this moment, which is gone afterwards.
 */
export async function withReadableFolder<T>(
  dataDir: string,
  use: (persistence: Persistence) => T | Promise<T>,
): Promise<T> {
  requireDatabase(dataDir);
  try {
    return await withDataFolder(dataDir, use);
  } catch (error) {
    if (!(error instanceof EngineError && error.kind === "DataFolderInUse")) throw error;
  }
  const copyDir = mkdtempSync(join(tmpdir(), "parley-copy-"));
  try {
    await copyDatabase(databasePath(dataDir), databasePath(copyDir));
    return await withDataFolder(copyDir, use);
  } finally {
    rmSync(copyDir, { recursive: true, force: true });
  }
}

/** In one step: a copy in several begins anew whenever somebody writes in between. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const source = new Database(from, { readonly: true });
  try {
    await source.backup(to, { progress: () => ALL_PAGES });
    chmodSync(to, 0o600);
  } finally {
    source.close();
  }
}

/** All documents of a table, a part at a time. */
export function* rowsOf(persistence: Persistence, { byId }: Table) {
  for (let from = ""; ; ) {
    const rows = persistence.scan(byId.number, from, null, "asc", ROWS_PER_STEP);
    yield* rows;
    if (rows.length < ROWS_PER_STEP) return;
    from = `${rows.at(-1)!.key}\0`;
  }
}
