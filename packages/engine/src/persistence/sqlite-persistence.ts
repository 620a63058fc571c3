import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { EngineError } from "../base/engine-error.ts";
import { limits } from "../base/limits.ts";
import {
  checkOfDocument,
  checkOfEntry,
  checkOfRecord,
  checkOfRequest,
  checkOfSetting,
} from "./checks.ts";
import { type DurableMark, type Mark, openDurableMark } from "./durable-mark.ts";
import { findDamage, findPageDamage } from "./find-damage.ts";
import { bringUpToDate } from "./format.ts";
import type {
  BaseBatch,
  BaseRow,
  BaseWrite,
  LogRecord,
  Persistence,
  RequestRecord,
} from "./persistence.ts";
import {
  asOpeningTrouble,
  changed,
  damage,
  guardDisk,
  LostCommits,
  reading,
} from "./sqlite-trouble.ts";

/** The newest timestamp in the tables, and the check of the log up to it. */
const BASE_SETTING = "base_ts";

interface EntryRow {
  key: Buffer;
  row: number;
  entry_crc: number;
}

/** Null where an entry leads to no document. */
interface ScanRow extends EntryRow {
  id: string | null;
  body: string;
  crc: number;
}

const SCANNED = `key, entries.row, entries.crc AS entry_crc, id, body, documents.crc AS crc
  FROM entries LEFT JOIN documents USING (row)`;

const GREATEST_TS = 2n ** 63n - 1n;

/** SQLite before this version can corrupt a WAL database (the WAL-reset bug). */
const SQLITE_VERSION_MIN = [3, 51, 3];

/**
 * The store on disk: one SQLite file, one connection, WAL, `synchronous=FULL`.
 *
 * One connection only: the WAL-reset bug of older versions and most locking trouble need two.
 * Checkpoints are asked for in quiet moments; when there are none, SQLite makes one itself inside
 * the transaction that finds too many pages waiting.
 */
export function openSqlitePersistence(
  dataDir: string,
  openMark: (dataDir: string) => DurableMark = openDurableMark,
): Persistence {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const db = new Database(join(dataDir, "engine.sqlite"));
  let mark: DurableMark | null = null;
  try {
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma(`wal_autocheckpoint = ${limits.walPagesMax}`);
    db.pragma("temp_store = MEMORY");
    db.pragma("cache_size = -65536");
    checkSqliteVersion(db);
    bringUpToDate(db);
    mark = openMark(dataDir);
    const persistence = persistenceOn(db, mark);
    checkAtStart(db);
    return persistence;
  } catch (error) {
    closeBoth(mark, db);
    throw asOpeningTrouble(error);
  }
}

/** What there is time for: of a small folder everything, of a large one the rest as it is read. */
function checkAtStart(db: Database.Database): void {
  const pages = db.pragma("page_count", { simple: true }) as number;
  if (pages > limits.checkedAtStartPagesMax) return;
  const [found] = [...findPageDamage(db, 1), ...findDamage(db, 1)];
  if (found !== undefined) throw damage(found);
}

function persistenceOn(db: Database.Database, mark: DurableMark): Persistence {
  const statements = {
    readSetting: db.prepare<[string], { value: string; crc: number }>(
      "SELECT value, crc FROM settings WHERE name = ?",
    ),
    writeSetting: db.prepare("INSERT OR REPLACE INTO settings (name, value, crc) VALUES (?, ?, ?)"),
    append: db.prepare("INSERT INTO log (ts, body, crc) VALUES (?, ?, ?)"),
    readLog: db
      .prepare<[], { ts: bigint; body: string; crc: bigint }>(
        "SELECT ts, body, crc FROM log ORDER BY ts",
      )
      .safeIntegers(),
    newestRecord: db
      .prepare<[bigint], { ts: bigint; crc: bigint }>(
        "SELECT ts, crc FROM log WHERE ts <= ? ORDER BY ts DESC LIMIT 1",
      )
      .safeIntegers(),
    trimLog: db.prepare("DELETE FROM log WHERE ts <= ?"),
    findRow: db.prepare<[number, Buffer], { row: number }>(
      "SELECT row FROM entries WHERE index_number = ? AND key = ?",
    ),
    lastRow: db.prepare<[], number>("SELECT ifnull(max(row), 0) FROM documents").pluck(),
    insertDocument: db.prepare("INSERT INTO documents (row, id, body, crc) VALUES (?, ?, ?, ?)"),
    updateDocument: db.prepare("UPDATE documents SET id = ?, body = ?, crc = ? WHERE row = ?"),
    deleteDocument: db.prepare("DELETE FROM documents WHERE row = ?"),
    addEntry: db.prepare(
      "INSERT OR REPLACE INTO entries (index_number, key, row, crc) VALUES (?, ?, ?, ?)",
    ),
    removeEntry: db.prepare("DELETE FROM entries WHERE index_number = ? AND key = ?"),
    get: db.prepare<[number, Buffer], ScanRow>(
      `SELECT ${SCANNED} WHERE index_number = ? AND key = ?`,
    ),
    dropIndex: db.prepare("DELETE FROM entries WHERE index_number = ?"),
    addRequest: db.prepare(
      `INSERT OR REPLACE INTO requests (session_id, request_id, ts, wall_ms, outcome, crc)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    findRequest: db
      .prepare<[string, number], { ts: bigint; wall_ms: bigint; outcome: string; crc: bigint }>(
        "SELECT ts, wall_ms, outcome, crc FROM requests WHERE session_id = ? AND request_id = ?",
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
  const scanSql = (upper: boolean, direction: string) =>
    `SELECT ${SCANNED}
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
    `SELECT key, entries.row, entries.crc AS entry_crc FROM entries
     WHERE index_number = ? AND key >= ? ${upper ? "AND key < ?" : ""} ORDER BY key ${direction} LIMIT ?`;
  const keyScans = {
    asc: {
      bounded: db.prepare<[number, Buffer, Buffer, number], EntryRow>(keyScanSql(true, "ASC")),
      open: db.prepare<[number, Buffer, number], EntryRow>(keyScanSql(false, "ASC")),
    },
    desc: {
      bounded: db.prepare<[number, Buffer, Buffer, number], EntryRow>(keyScanSql(true, "DESC")),
      open: db.prepare<[number, Buffer, number], EntryRow>(keyScanSql(false, "DESC")),
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
    const { id, body } = write;
    if (row === null) {
      row = ++lastRow;
      statements.insertDocument.run(row, id, body, checkOfDocument(row, id, body));
    } else {
      statements.updateDocument.run(id, body, checkOfDocument(row, id, body), row);
    }
    for (const entry of write.addedEntries) addEntry(entry.index, entry.key, row);
  };

  const findRow = ({ byIdIndex, idKey }: BaseWrite): number | null =>
    statements.findRow.get(byIdIndex, toBytes(idKey))?.row ?? null;

  const addEntry = (index: number, key: string, row: number) => {
    const bytes = toBytes(key);
    statements.addEntry.run(index, bytes, row, checkOfEntry(index, bytes, row));
  };
  const readSetting = reading((name: string) => {
    const found = statements.readSetting.get(name);
    if (!found) return null;
    if (found.crc !== checkOfSetting(name, found.value)) throw changed(`setting ${name}`);
    return found.value;
  });
  const writeSetting = (name: string, value: string) =>
    statements.writeSetting.run(name, value, checkOfSetting(name, value));

  const appendAll = db.transaction((records: readonly LogRecord[]) => {
    let { check } = last;
    for (const { ts, body } of records) {
      check = checkOfRecord(check, ts, body);
      statements.append.run(ts, body, check);
    }
    return check;
  });
  const applyAll = db.transaction((batch: BaseBatch) => {
    for (const write of batch.writes) applyWrite(write);
    for (const request of batch.requests) {
      const { sessionId, requestId, ts, wallMs, outcome } = request;
      const atMs = Math.trunc(wallMs);
      const check = checkOfRequest(sessionId, requestId, ts, atMs, outcome);
      statements.addRequest.run(sessionId, requestId, ts, atMs, outcome, check);
    }
    const { check } = newestUpTo(batch.throughTs);
    statements.trimLog.run(batch.throughTs);
    writeSetting(BASE_SETTING, `${batch.throughTs} ${check}`);
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
        if (found) addEntry(index, entry.key, found.row);
      }
    },
  );

  const readBase = (): Mark => {
    const [ts = "0", check = "0"] = (readSetting(BASE_SETTING) ?? "").split(" ");
    return { ts: BigInt(ts || "0"), check: Number(check) };
  };
  /** The newest commit up to a timestamp, wherever it is now. */
  const newestUpTo = (ts: bigint): Mark => {
    const found = statements.newestRecord.get(ts);
    return found ? { ts: found.ts, check: Number(found.crc) } : readBase();
  };
  const readLog = reading(() => {
    const base = readBase();
    let { check } = base;
    return statements.readLog.all().map(({ ts, body, crc }) => {
      check = checkOfRecord(check, ts, body);
      if (ts <= base.ts || check !== Number(crc)) throw changed(`record ${ts} of the log`);
      return { ts, body };
    });
  });

  let lastRow = statements.lastRow.get()!;
  let last = newestUpTo(GREATEST_TS);
  const marked = mark.read();
  if (marked && isAhead(marked, last, statements.newestRecord.get(marked.ts))) {
    throw new LostCommits(marked.ts, last.ts);
  }
  if (last.ts > (marked?.ts ?? 0n)) mark.write(last);

  return {
    readSetting,
    writeSetting: (name, value) => guardDisk(() => writeSetting(name, value)),
    appendLog: (records) => {
      if (records.length === 0) return;
      guardDisk(() => {
        last = { check: appendAll(records), ts: records.at(-1)!.ts };
      });
      mark.write(last);
    },
    readLog,
    applyBase: (batch) => guardDisk(() => applyAll(batch)),
    readBaseTs: () => readBase().ts,
    scan: reading((index, start, end, order, limit): BaseRow[] => {
      const rows =
        end === null
          ? scans[order].open.all(index, toBytes(start), limit)
          : scans[order].bounded.all(index, toBytes(start), toBytes(end), limit);
      return rows.map((row) => checkedRow(index, row));
    }),
    scanKeys: reading((index, start, end, order, limit) => {
      const rows =
        end === null
          ? keyScans[order].open.all(index, toBytes(start), limit)
          : keyScans[order].bounded.all(index, toBytes(start), toBytes(end), limit);
      return rows.map((row) => checkedKey(index, row));
    }),
    get: reading((index, key) => {
      const row = statements.get.get(index, toBytes(key));
      return row ? checkedRow(index, row) : null;
    }),
    findRequest: reading((sessionId, requestId): RequestRecord | null => {
      const row = statements.findRequest.get(sessionId, requestId);
      if (!row) return null;
      const wallMs = Number(row.wall_ms);
      const request = { sessionId, requestId, ts: row.ts, wallMs, outcome: row.outcome };
      if (checkOfRequest(sessionId, requestId, row.ts, wallMs, row.outcome) !== Number(row.crc)) {
        throw changed(`request ${requestId} of session ${sessionId}`);
      }
      return request;
    }),
    lastRequestId: reading((sessionId) => statements.lastRequest.get(sessionId)?.last ?? -1),
    forgetRequests: (wallMs, after, limit) => {
      const { sessionId, requestId } = after ?? { sessionId: "", requestId: -1 };
      const looked = statements.nextRequests.all(sessionId, requestId, limit);
      const old = looked.filter((request) => request.wall_ms < wallMs);
      if (old.length > 0) guardDisk(() => forgetAll(old));
      const oldest = looked.length < limit ? undefined : looked.at(-1);
      return oldest ? { sessionId: oldest.session_id, requestId: oldest.request_id } : null;
    },
    addEntries: (index, byIdIndex, entries) =>
      guardDisk(() => addAllEntries(index, byIdIndex, entries)),
    dropIndex: (index) => guardDisk(() => statements.dropIndex.run(index)),
    findDamage: (max) => findDamage(db, max),
    checkpoint: () => {
      guardDisk(() => db.pragma("wal_checkpoint(PASSIVE)"));
      mark.sync();
    },
    close: () => {
      try {
        mark.sync();
      } finally {
        closeBoth(mark, db);
      }
    },
  };
}

/** On a disk that has failed either may throw. */
function closeBoth(mark: DurableMark | null, db: Database.Database): void {
  try {
    mark?.close();
  } finally {
    db.close();
  }
}

/** Whether a commit that was durable is not there any more, or another one is in its place. */
function isAhead(
  marked: Mark,
  last: Mark,
  found: { ts: bigint; crc: bigint } | undefined,
): boolean {
  if (marked.ts > last.ts) return true;
  if (marked.ts === last.ts) return marked.check !== last.check;
  return found?.ts === marked.ts && Number(found.crc) !== marked.check;
}

function checkedKey(index: number, { key, row, entry_crc: check }: EntryRow): string {
  if (check !== checkOfEntry(index, key, row)) {
    throw changed(`an entry of index ${index} that leads to row ${row}`);
  }
  return key.toString("latin1");
}

function checkedRow(index: number, scanned: ScanRow): BaseRow {
  const key = checkedKey(index, scanned);
  const { row, id, body, crc } = scanned;
  if (id === null) throw changed(`row ${row} of the table documents`);
  if (crc !== checkOfDocument(row, id, body)) throw changed(`document ${id}`);
  return { key, id, body };
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
