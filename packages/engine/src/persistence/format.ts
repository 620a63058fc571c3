import type Database from "better-sqlite3";
import { EngineError } from "../base/engine-error.ts";
import {
  checkOfDocument,
  checkOfEntry,
  checkOfRecord,
  checkOfRequest,
  checkOfSetting,
} from "./checks.ts";

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
  addChecks,
];

/** Every row has a check beside it from then on, and the base's timestamp the check of the log up to it. */
function addChecks(db: Database.Database): void {
  const checks = {
    check_of_setting: checkOfSetting,
    check_of_document: (row: bigint, id: string, body: string) =>
      checkOfDocument(Number(row), id, body),
    check_of_entry: (index: bigint, key: Uint8Array, row: bigint) =>
      checkOfEntry(Number(index), key, Number(row)),
    check_of_request: (
      session: string,
      request: bigint,
      ts: bigint,
      wallMs: bigint,
      outcome: string,
    ) => checkOfRequest(session, Number(request), BigInt(ts), Number(wallMs), outcome),
  };
  for (const [name, check] of Object.entries(checks)) {
    db.function(name, { deterministic: true, safeIntegers: true }, check);
  }
  for (const table of ["settings", "log", "documents", "entries", "requests"]) {
    db.exec(`ALTER TABLE ${table} ADD COLUMN crc INTEGER NOT NULL DEFAULT 0`);
  }
  db.exec(`
    UPDATE settings SET value = value || ' 0' WHERE name = 'base_ts';
    UPDATE settings SET crc = check_of_setting(name, value);
    UPDATE documents SET crc = check_of_document(row, id, body);
    UPDATE entries SET crc = check_of_entry(index_number, key, row);
    UPDATE requests SET crc = check_of_request(session_id, request_id, ts, wall_ms, outcome);
  `);
  const records = db.prepare<[], { ts: bigint; body: string }>(
    "SELECT ts, body FROM log ORDER BY ts",
  );
  const update = db.prepare("UPDATE log SET crc = ? WHERE ts = ?");
  let check = 0;
  for (const { ts, body } of records.safeIntegers().all()) {
    check = checkOfRecord(check, ts, body);
    update.run(check, ts);
  }
}

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
