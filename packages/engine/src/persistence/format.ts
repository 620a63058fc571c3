import type Database from "better-sqlite3";
import { EngineError } from "../base/engine-error.ts";

/** Changes a database from one format to the next. */
export type FormatStep = (db: Database.Database) => void;

/**
 * The step at place n leads from format n to n + 1; 0 is a database that is new. A step that has been
 * released is never edited: whoever has its result would not get the edit. Another format is another
 * step at the end, and a folder of the format before it in `test/fixtures`.
 */
const STEPS: readonly FormatStep[] = [
  (db) =>
    db.exec(`
      CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS log (ts INTEGER PRIMARY KEY, body TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS documents (row INTEGER PRIMARY KEY, id TEXT NOT NULL, body TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS entries (
        index_number INTEGER NOT NULL, key BLOB NOT NULL, row INTEGER NOT NULL,
        PRIMARY KEY (index_number, key)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS requests (
        session_id TEXT NOT NULL, request_id INTEGER NOT NULL,
        ts INTEGER NOT NULL, wall_ms INTEGER NOT NULL, outcome TEXT NOT NULL,
        PRIMARY KEY (session_id, request_id)
      ) WITHOUT ROWID;
    `),
];

/**
 * Brings a database to the newest format, step by step. A step and the number that says it is done are
 * one transaction, so that a process that ends in between leaves a database of one format or the other.
 *
 * @throws EngineError "StoreVersionTooNew" for a database that a later version has changed; it is left
 *   as it is.
 */
export function bringUpToDate(db: Database.Database, steps: readonly FormatStep[] = STEPS): void {
  const format = db.pragma("user_version", { simple: true }) as number;
  if (format > steps.length) {
    throw new EngineError(
      "StoreVersionTooNew",
      `The data folder was written by a newer version (format ${format}, this one reads up to ${steps.length}); use that version, or restore a backup from before.`,
    );
  }
  for (const [place, step] of steps.entries()) {
    if (place < format) continue;
    db.transaction(() => {
      step(db);
      db.pragma(`user_version = ${place + 1}`);
    }).immediate();
  }
}
