import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { EngineError } from "../base/engine-error.ts";

export interface FolderLock {
  release(): void;
}

/**
 * Makes the folder (mode 0700) if need be and keeps other processes out of it.
 *
 * The lock is an exclusive transaction on an empty SQLite file: the kernel drops it when the
 * process dies, however it dies, so there is never a stale one to clean up.
 *
 * @throws EngineError "DataFolderInUse" or "DataFolderUnusable", each one plain sentence.
 */
export function lockFolder(dir: string): FolderLock {
  let db: Database.Database;
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    db = new Database(join(dir, "lock"), { timeout: 0 });
  } catch (error) {
    throw unusable(dir, error);
  }
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if ((error as { code?: string }).code !== "SQLITE_BUSY") throw unusable(dir, error);
    throw new EngineError(
      "DataFolderInUse",
      `The data folder ${dir} is in use by another process; stop it first or choose another folder.`,
      { cause: error },
    );
  }
  return { release: () => db.close() };
}

function unusable(dir: string, cause: unknown): EngineError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EngineError(
    "DataFolderUnusable",
    `The data folder ${dir} cannot be written to (${reason}).`,
    { cause },
  );
}
