import {
  closeSync,
  cpSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { EngineError } from "../base/engine-error.ts";
import { MARK_FILE } from "../persistence/durable-mark.ts";
import { lockFolder, UNFINISHED_RESTORE } from "../persistence/folder-lock.ts";
import { openSqlitePersistence } from "../persistence/sqlite-persistence.ts";
import { missingFiles } from "./doctor.ts";
import { copyDatabase, databasePath } from "./offline.ts";

/** What belongs to a running process, or is not finished. */
const LEFT_OUT = /^lock$|^lock-|\.sqlite-|\.part$|^function-log\./;
const DATABASE = ".sqlite";
const ROUNDS_MAX = 5;

/**
 * Copies a data folder, whoever may be using it: databases by SQLite's online backup, everything
 * else as it is. The copy is made under another name and renamed when it is whole.
 *
 * Files come before and after the database, because its rows may speak of files that came in
 * meanwhile; a file that went meanwhile is missed, and then it is all done again.
 *
 * @throws EngineError "DataFolderUnusable" with a sentence.
 */
export async function backUp(dataDir: string, to: string): Promise<void> {
  requireData(dataDir);
  refuseLeftovers(to);
  const target = resolve(to);
  const unfinished = join(dirname(target), `.${basename(target)}.unfinished`);
  try {
    for (let round = 1; ; round++) {
      rmSync(unfinished, { recursive: true, force: true });
      mkdirSync(unfinished, { recursive: true, mode: 0o700 });
      copyFiles(dataDir, unfinished);
      for (const name of databasesIn(dataDir)) {
        await copyDatabase(join(dataDir, name), join(unfinished, name));
      }
      copyFiles(dataDir, unfinished);
      if (isComplete(unfinished)) break;
      if (round === ROUNDS_MAX) {
        throw new EngineError(
          "DataFolderUnusable",
          `Files of the data folder ${dataDir} are missing; ask doctor which.`,
        );
      }
    }
    syncTree(unfinished);
    rmSync(target, { recursive: true, force: true });
    renameSync(unfinished, target);
    syncPath(dirname(target));
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw asSentence(error, `The backup ${to} cannot be written`);
  }
}

/**
 * Makes a data folder out of a backup, which stays as it is.
 *
 * The copy is made and synced in a folder inside, which may be another disk than the one around it, and
 * then moved up. As long as that folder is there nobody starts with what is half there, and what was
 * cut off before anything was moved is begun anew.
 *
 * Clients that saw more than the backup knows come back by themselves: a store's clock starts above
 * the wall clock, and so above whatever they saw.
 *
 * @throws EngineError "DataFolderUnusable" where anything is in the way.
 */
export function restore(from: string, dataDir: string): void {
  requireData(from);
  refuseLeftovers(dataDir, UNFINISHED_RESTORE);
  const lock = lockFolder(dataDir, true);
  try {
    const unfinished = join(dataDir, UNFINISHED_RESTORE);
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { mode: 0o700 });
    // It must be there before anything else is.
    syncPath(dataDir);
    cpSync(from, unfinished, { recursive: true, filter: (path) => isKept(basename(path)) });
    syncTree(unfinished);
    for (const name of readdirSync(unfinished)) {
      renameSync(join(unfinished, name), join(dataDir, name));
    }
    syncPath(dataDir);
    rmdirSync(unfinished);
    syncPath(dataDir);
  } catch (error) {
    throw asSentence(error, `The data folder ${dataDir} cannot be written`);
  } finally {
    lock.release();
  }
}

/** Nothing is ever written over: a folder that is named must be empty, or not be there yet. */
function refuseLeftovers(dir: string, ownName?: string): void {
  if (!existsSync(dir)) return;
  const found = readdirOrRefuse(dir).filter((name) => !/^lock(-|$)/.test(name) && name !== ownName);
  if (found.length === 0) return;
  throw new EngineError(
    "DataFolderUnusable",
    `The folder ${dir} is not empty; name one that is, or a new one.`,
  );
}

function readdirOrRefuse(dir: string, options: { recursive?: boolean } = {}): string[] {
  try {
    return readdirSync(dir, { encoding: "utf8", ...options });
  } catch (error) {
    throw asSentence(error, `The folder ${dir} cannot be used`);
  }
}

/** Databases in a folder and below: an application may keep the engine's beside one of its own. */
function databasesIn(dir: string): string[] {
  return readdirOrRefuse(dir, { recursive: true }).filter((path) => path.endsWith(DATABASE));
}

function requireData(dir: string): void {
  if (existsSync(dir) && databasesIn(dir).length > 0) return;
  throw new EngineError("DataFolderUnusable", `There is no data in the folder ${dir}.`);
}

function copyFiles(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    // What is there already has been copied before, and never changes.
    force: false,
    filter: (path) => isKept(basename(path)) && !path.endsWith(DATABASE) && !isMark(path),
  });
}

/** It may speak of later commits than the copy has; the copy gets its own when it is opened. */
function isMark(path: string): boolean {
  return basename(path) === MARK_FILE;
}

function isKept(name: string): boolean {
  return !LEFT_OUT.test(name);
}

/** Whether every file that a database of the engine's speaks of is there. */
function isComplete(backup: string): boolean {
  const own = databasesIn(backup).filter((path) => basename(path) === basename(databasePath("")));
  return own.every((path) => {
    const dir = dirname(join(backup, path));
    const persistence = openSqlitePersistence(dir);
    try {
      return missingFiles(persistence, dir).length === 0;
    } finally {
      persistence.close();
    }
  });
}

function syncTree(dir: string): void {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else syncPath(path);
  }
  syncPath(dir);
}

/** What has been written under this path, or renamed in it, survives a power cut. */
export function syncPath(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function asSentence(error: unknown, what: string): unknown {
  if (error instanceof EngineError) return error;
  const { code, message } = error as { code?: string; message?: string };
  return new EngineError("DataFolderUnusable", `${what} (${code ?? message}).`, { cause: error });
}
