import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { EngineError } from "../base/engine-error.ts";

/** In a folder while a backup is being restored into it: what else is there is not all of it. */
export const UNFINISHED_RESTORE = "restore.unfinished";

/** Holds a data folder for one process. */
export interface FolderLock {
  /** Gives the folder back; idempotent. */
  release(): void;
}

/**
 * Creates the folder if need be (mode 0700) and takes it for this process, or says who cannot.
 *
 * The lock is SQLite's own on an empty database: the kernel releases it when the process ends, in
 * whatever way, so that there is never a stale one to clean up.
 *
 * @throws EngineError("DataFolderInUse") when somebody has it, also this process.
 * @param isRestored Whether it is taken to restore into it; nobody else may have what is half there.
 * @throws EngineError("DataFolderUnusable") when it cannot be created or written.
 */
export function lockFolder(folder: string, isRestored = false): FolderLock {
  const path = join(folder, "lock");
  let database: Database.Database | null = null;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    database = new Database(path, { timeout: 0 });
    chmodSync(path, 0o600);
    // A journal on disk would lie beside a database that nobody ever writes.
    database.pragma("journal_mode = MEMORY");
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database?.close();
    throw asEngineError(cause, folder);
  }
  const held = database;
  if (!isRestored && existsSync(join(folder, UNFINISHED_RESTORE))) {
    held.close();
    throw new EngineError(
      "DataFolderUnusable",
      `The data folder ${folder} has a restore that was cut off; empty it and restore again.`,
    );
  }
  return { release: () => void held.close() };
}

function asEngineError(cause: unknown, folder: string): EngineError {
  const code = codeOf(cause);
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) {
    return new EngineError(
      "DataFolderInUse",
      `The data folder ${folder} is in use by another process; stop it first or choose another folder.`,
      { cause },
    );
  }
  return new EngineError(
    "DataFolderUnusable",
    `The data folder ${folder} cannot be used: ${reasonOf(code)}.`,
    { cause },
  );
}

function reasonOf(code: string): string {
  switch (code) {
    case "EACCES":
    case "EPERM":
    case "SQLITE_READONLY":
    case "SQLITE_CANTOPEN":
    case "SQLITE_PERM":
      return "it may not be written to";
    case "EROFS":
      return "its file system is read-only";
    case "EEXIST":
    case "ENOTDIR":
      return "there is a file in its place";
    case "ENOSPC":
    case "SQLITE_FULL":
      return "the disk is full";
    case "SQLITE_NOTADB":
      return 'its file "lock" is not one of ours';
    default:
      return code === "" ? "an unknown error" : `the system says ${code}`;
  }
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return typeof code === "string" ? code : "";
}
