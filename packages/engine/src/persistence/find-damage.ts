import type Database from "better-sqlite3";
import {
  checkOfDocument,
  checkOfEntry,
  checkOfRecord,
  checkOfRequest,
  checkOfSetting,
} from "./checks.ts";

/** What SQLite finds by itself: pages that do not hang together, keys that are not in order. */
export function findPageDamage(db: Database.Database, max: number): string[] {
  const rows = db.pragma(`quick_check(${max})`) as Array<{ quick_check: string }>;
  // Its first line only names the database.
  const texts = rows.map((row) => row.quick_check.replace(/^\*\*\*.*\n/, "").split("\n", 1)[0]!);
  return texts.filter((text) => text !== "ok");
}

/** Holds every row against its check, and every entry against the document that it leads to. */
export function findDamage(db: Database.Database, max: number): string[] {
  const found: string[] = [];
  for (const finding of damages(db)) {
    found.push(`${finding} is not what was written`);
    if (found.length >= max) break;
  }
  return found;
}

function* damages(db: Database.Database): Generator<string> {
  const rows = <Row>(sql: string) =>
    db.prepare<[], Row>(sql).safeIntegers().iterate() as IterableIterator<Row>;
  let base = "0 0";
  for (const { name, value, crc } of rows<{ name: string; value: string; crc: bigint }>(
    "SELECT name, value, crc FROM settings",
  )) {
    if (checkOfSetting(name, value) !== Number(crc)) yield `setting ${name}`;
    else if (name === "base_ts") base = value;
  }
  const [baseTs = "0", baseCheck = "0"] = base.split(" ");
  let check = Number(baseCheck);
  for (const { ts, body, crc } of rows<{ ts: bigint; body: string; crc: bigint }>(
    "SELECT ts, body, crc FROM log ORDER BY ts",
  )) {
    check = checkOfRecord(check, ts, body);
    if (ts <= BigInt(baseTs) || check !== Number(crc)) yield `record ${ts} of the log`;
    check = Number(crc);
  }
  for (const { row, id, body, crc } of rows<{
    row: bigint;
    id: string;
    body: string;
    crc: bigint;
  }>("SELECT row, id, body, crc FROM documents")) {
    if (checkOfDocument(Number(row), id, body) !== Number(crc)) {
      yield `document ${id} (row ${row} of the table documents)`;
    }
  }
  for (const entry of rows<{
    index: bigint;
    key: Uint8Array;
    row: bigint;
    crc: bigint;
    document: bigint | null;
  }>(
    `SELECT index_number AS "index", key, entries.row AS row, entries.crc AS crc,
     documents.row AS document FROM entries LEFT JOIN documents USING (row)`,
  )) {
    const { index, key, row, crc, document } = entry;
    if (document === null) yield `row ${row} of the table documents`;
    else if (checkOfEntry(Number(index), key, Number(row)) !== Number(crc)) {
      yield `an entry of index ${index} that leads to row ${row}`;
    }
  }
  for (const request of rows<{
    session: string;
    id: bigint;
    ts: bigint;
    wall_ms: bigint;
    outcome: string;
    crc: bigint;
  }>("SELECT session_id AS session, request_id AS id, ts, wall_ms, outcome, crc FROM requests")) {
    const { session, id, ts, wall_ms: wallMs, outcome, crc } = request;
    if (checkOfRequest(session, Number(id), ts, Number(wallMs), outcome) !== Number(crc)) {
      yield `request ${id} of session ${session}`;
    }
  }
}
