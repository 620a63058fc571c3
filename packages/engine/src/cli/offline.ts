import { existsSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../base/engine-error.ts";
import { lockFolder } from "../persistence/folder-lock.ts";
import type { Persistence } from "../persistence/persistence.ts";
import { openSqlitePersistence } from "../persistence/sqlite-persistence.ts";
import type { Table } from "../store/catalog.ts";

const ROWS_PER_STEP = 1_000;

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

/** All documents of a table, a part at a time. */
export function* rowsOf(persistence: Persistence, { byId }: Table) {
  for (let from = ""; ; ) {
    const rows = persistence.scan(byId.number, from, null, "asc", ROWS_PER_STEP);
    yield* rows;
    if (rows.length < ROWS_PER_STEP) return;
    from = `${rows.at(-1)!.key}\0`;
  }
}
