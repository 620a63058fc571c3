import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { EngineError } from "../base/engine-error.ts";
import { limits } from "../base/limits.ts";
import { bringUpToDate } from "./format.ts";
import type {
  BaseBatch,
  BaseRow,
  BaseWrite,
  LogRecord,
  Persistence,
  RequestRecord,
} from "./persistence.ts";

const BASE_TS_SETTING = "base_ts";

/** SQLite before this version can corrupt a WAL database (the WAL-reset bug). */
const SQLITE_VERSION_MIN = [3, 51, 3];

/**
 * The store on disk: one SQLite file, one connection, WAL, `synchronous=FULL`.
 *
 * One connection only: the WAL-reset bug of older versions and most locking trouble need two.
 * Checkpoints are asked for in quiet moments; when there are none, SQLite makes one itself inside
 * the transaction that finds too many pages waiting.
 */
export function openSqlitePersistence(dataDir: string): Persistence {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const db = new Database(join(dataDir, "engine.sqlite"));
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma(`wal_autocheckpoint = ${limits.walPagesMax}`);
  db.pragma("temp_store = MEMORY");
  db.pragma("cache_size = -65536");
  checkSqliteVersion(db);
  try {
    bringUpToDate(db);
  } catch (error) {
    db.close();
    throw error;
  }

  const statements = {
    readSetting: db.prepare<[string], { value: string }>(
      "SELECT value FROM settings WHERE name = ?",
    ),
    writeSetting: db.prepare(
      "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    ),
    append: db.prepare("INSERT INTO log VALUES (?, ?)"),
    readLog: db
      .prepare<[], { ts: bigint; body: string }>("SELECT ts, body FROM log ORDER BY ts")
      .safeIntegers(),
    trimLog: db.prepare("DELETE FROM log WHERE ts <= ?"),
    findRow: db.prepare<[number, Buffer], { row: number }>(
      "SELECT row FROM entries WHERE index_number = ? AND key = ?",
    ),
    insertDocument: db.prepare("INSERT INTO documents (id, body) VALUES (?, ?)"),
    updateDocument: db.prepare("UPDATE documents SET body = ? WHERE row = ?"),
    deleteDocument: db.prepare("DELETE FROM documents WHERE row = ?"),
    addEntry: db.prepare("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)"),
    removeEntry: db.prepare("DELETE FROM entries WHERE index_number = ? AND key = ?"),
    get: db.prepare<[number, Buffer], { id: string; body: string }>(
      "SELECT id, body FROM entries JOIN documents USING (row) WHERE index_number = ? AND key = ?",
    ),
    dropIndex: db.prepare("DELETE FROM entries WHERE index_number = ?"),
    addRequest: db.prepare("INSERT OR REPLACE INTO requests VALUES (?, ?, ?, ?, ?)"),
    findRequest: db
      .prepare<[string, number], { ts: bigint; wall_ms: bigint; outcome: string }>(
        "SELECT ts, wall_ms, outcome FROM requests WHERE session_id = ? AND request_id = ?",
      )
      .safeIntegers(),
    lastRequest: db.prepare<[string], { last: number | null }>(
      "SELECT max(request_id) AS last FROM requests WHERE session_id = ?",
    ),
    nextRequests: db.prepare<
      [string, number, number],
      { session_id: string; request_id: number; wall_ms: number }
    >(
      `SELECT session_id, request_id, wall_ms FROM requests
       WHERE (session_id, request_id) > (?, ?) ORDER BY session_id, request_id LIMIT ?`,
    ),
    forgetRequest: db.prepare("DELETE FROM requests WHERE session_id = ? AND request_id = ?"),
  };
  type ScanRow = { key: Buffer; id: string; body: string };
  const scanSql = (upper: boolean, direction: string) =>
    `SELECT key, id, body FROM entries JOIN documents USING (row)
     WHERE index_number = ? AND key >= ? ${upper ? "AND key < ?" : ""} ORDER BY key ${direction} LIMIT ?`;
  const scans = {
    asc: {
      bounded: db.prepare<[number, Buffer, Buffer, number], ScanRow>(scanSql(true, "ASC")),
      open: db.prepare<[number, Buffer, number], ScanRow>(scanSql(false, "ASC")),
    },
    desc: {
      bounded: db.prepare<[number, Buffer, Buffer, number], ScanRow>(scanSql(true, "DESC")),
      open: db.prepare<[number, Buffer, number], ScanRow>(scanSql(false, "DESC")),
    },
  };

  const keyScanSql = (upper: boolean, direction: string) =>
    `SELECT key FROM entries
     WHERE index_number = ? AND key >= ? ${upper ? "AND key < ?" : ""} ORDER BY key ${direction} LIMIT ?`;
  const keyScans = {
    asc: {
      bounded: db
        .prepare<[number, Buffer, Buffer, number], Buffer>(keyScanSql(true, "ASC"))
        .pluck(),
      open: db.prepare<[number, Buffer, number], Buffer>(keyScanSql(false, "ASC")).pluck(),
    },
    desc: {
      bounded: db
        .prepare<[number, Buffer, Buffer, number], Buffer>(keyScanSql(true, "DESC"))
        .pluck(),
      open: db.prepare<[number, Buffer, number], Buffer>(keyScanSql(false, "DESC")).pluck(),
    },
  };

  const applyWrite = (write: BaseWrite): void => {
    let row = isInsert(write) ? null : findRow(write);
    for (const entry of write.removedEntries) {
      statements.removeEntry.run(entry.index, toBytes(entry.key));
    }
    if (write.body === null) {
      if (row !== null) statements.deleteDocument.run(row);
      return;
    }
    if (row === null) {
      row = Number(statements.insertDocument.run(write.id, write.body).lastInsertRowid);
    } else {
      statements.updateDocument.run(write.body, row);
    }
    for (const entry of write.addedEntries) {
      statements.addEntry.run(entry.index, toBytes(entry.key), row);
    }
  };

  const findRow = ({ byIdIndex, idKey }: BaseWrite): number | null =>
    statements.findRow.get(byIdIndex, toBytes(idKey))?.row ?? null;

  const appendAll = db.transaction((records: readonly LogRecord[]) => {
    for (const record of records) statements.append.run(record.ts, record.body);
  });
  const applyAll = db.transaction((batch: BaseBatch) => {
    for (const write of batch.writes) applyWrite(write);
    for (const request of batch.requests) {
      const { sessionId, requestId, ts, wallMs, outcome } = request;
      statements.addRequest.run(sessionId, requestId, ts, Math.trunc(wallMs), outcome);
    }
    statements.trimLog.run(batch.throughTs);
    statements.writeSetting.run(BASE_TS_SETTING, String(batch.throughTs));
  });
  const forgetAll = db.transaction(
    (requests: ReadonlyArray<{ session_id: string; request_id: number }>) => {
      for (const { session_id, request_id } of requests) {
        statements.forgetRequest.run(session_id, request_id);
      }
    },
  );
  const addAllEntries = db.transaction(
    (index: number, byIdIndex: number, entries: ReadonlyArray<{ key: string; idKey: string }>) => {
      for (const entry of entries) {
        const found = statements.findRow.get(byIdIndex, toBytes(entry.idKey));
        if (found) statements.addEntry.run(index, toBytes(entry.key), found.row);
      }
    },
  );

  return {
    readSetting: (name) => statements.readSetting.get(name)?.value ?? null,
    writeSetting: (name, value) => guardDisk(() => statements.writeSetting.run(name, value)),
    appendLog: (records) => guardDisk(() => appendAll(records)),
    readLog: () => statements.readLog.all(),
    applyBase: (batch) => guardDisk(() => applyAll(batch)),
    readBaseTs: () => BigInt(statements.readSetting.get(BASE_TS_SETTING)?.value ?? "0"),
    scan: (index, start, end, order, limit): BaseRow[] => {
      const rows =
        end === null
          ? scans[order].open.all(index, toBytes(start), limit)
          : scans[order].bounded.all(index, toBytes(start), toBytes(end), limit);
      return rows.map(({ key, id, body }) => ({ key: key.toString("latin1"), id, body }));
    },
    scanKeys: (index, start, end, order, limit) => {
      const keys =
        end === null
          ? keyScans[order].open.all(index, toBytes(start), limit)
          : keyScans[order].bounded.all(index, toBytes(start), toBytes(end), limit);
      return keys.map((key) => key.toString("latin1"));
    },
    get: (index, key) => {
      const row = statements.get.get(index, toBytes(key));
      return row ? { key, id: row.id, body: row.body } : null;
    },
    findRequest: (sessionId, requestId): RequestRecord | null => {
      const row = statements.findRequest.get(sessionId, requestId);
      if (!row) return null;
      return {
        sessionId,
        requestId,
        ts: row.ts,
        wallMs: Number(row.wall_ms),
        outcome: row.outcome,
      };
    },
    lastRequestId: (sessionId) => statements.lastRequest.get(sessionId)?.last ?? -1,
    forgetRequests: (wallMs, after, limit) => {
      const { sessionId, requestId } = after ?? { sessionId: "", requestId: -1 };
      const looked = statements.nextRequests.all(sessionId, requestId, limit);
      const old = looked.filter((request) => request.wall_ms < wallMs);
      if (old.length > 0) guardDisk(() => forgetAll(old));
      const last = looked.length < limit ? undefined : looked.at(-1);
      return last ? { sessionId: last.session_id, requestId: last.request_id } : null;
    },
    addEntries: (index, byIdIndex, entries) =>
      guardDisk(() => addAllEntries(index, byIdIndex, entries)),
    dropIndex: (index) => guardDisk(() => statements.dropIndex.run(index)),
    checkpoint: () => guardDisk(() => db.pragma("wal_checkpoint(PASSIVE)")),
    close: () => {
      db.close();
    },
  };
}

/** A new document brings its entry in `by_id` along. */
function isInsert({ byIdIndex, addedEntries }: BaseWrite): boolean {
  return addedEntries.some(({ index }) => index === byIdIndex);
}

function toBytes(key: string): Buffer {
  return Buffer.from(key, "latin1");
}

function checkSqliteVersion(db: Database.Database): void {
  const { version } = db
    .prepare<[], { version: string }>("SELECT sqlite_version() AS version")
    .get()!;
  const parts = version.split(".").map(Number);
  for (const [place, least] of SQLITE_VERSION_MIN.entries()) {
    const part = parts[place] ?? 0;
    if (part > least) break;
    if (part < least) {
      throw new EngineError(
        "DataFolderUnusable",
        `SQLite ${version} is too old to be trusted with data; ${SQLITE_VERSION_MIN.join(".")} is needed.`,
      );
    }
  }
}

/** A full disk can be waited out; after any other failed write nothing on it can be believed. */
function guardDisk(write: () => unknown): void {
  try {
    write();
  } catch (error) {
    const code = (error as { code?: string }).code ?? "";
    if (code === "SQLITE_FULL") {
      throw new EngineError("DiskFull", "The disk is full; nothing was written.", {
        retryable: true,
        retryAfterMs: 1_000,
        cause: error,
      });
    }
    if (code.startsWith("SQLITE_IOERR") || code === "SQLITE_CORRUPT") {
      throw new EngineError("DiskFailed", `The disk failed (${code}).`, { cause: error });
    }
    throw error;
  }
}
