import { statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { EngineError } from "../base/engine-error.ts";
import { findDamage } from "../persistence/find-damage.ts";
import { lockFolder } from "../persistence/folder-lock.ts";
import type { Persistence } from "../persistence/persistence.ts";
import { openSqlitePersistence } from "../persistence/sqlite-persistence.ts";
import type { BlobRow } from "../runtime/file-rows.ts";
import { type Catalog, fullTableName, idKeyOf, indexKeysOf, type Table } from "../store/catalog.ts";
import { decodeLogBody } from "../store/log-body.ts";
import { openTables, readCatalog } from "../store/open-tables.ts";
import { StoredDocument } from "../store/stored-document.ts";
import { decodeDocumentId, encodeDocumentId } from "../values/document-id.ts";
import { databasePath, requireDatabase, rowsOf } from "./offline.ts";

const ROWS_PER_STEP = 1_000;
/** Of one kind of damage; whoever has more needs no longer list. */
const FINDINGS_MAX = 20;

/**
 * Looks for damage in a data folder that nobody is using: pages of the database, records of the
 * log, entries of every index worked out anew from the documents, and stored files.
 *
 * Like a start it moves the log into the tables, unless that would build on damage.
 *
 * @returns A sentence for each finding; none for a sound folder.
 * @throws EngineError "DataFolderInUse", "DataFolderUnusable".
 */
export async function examine(dataDir: string): Promise<string[]> {
  requireDatabase(dataDir);
  const lock = lockFolder(dataDir);
  try {
    const inPages = examinePages(databasePath(dataDir));
    if (inPages.length > 0) return inPages;
    let persistence: Persistence;
    try {
      persistence = openSqlitePersistence(dataDir);
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind !== "DataDamaged") throw error;
      return [...examineRows(databasePath(dataDir)), error.message];
    }
    try {
      const inRows = persistence.findDamage(FINDINGS_MAX).map(asSentence);
      if (inRows.length > 0) return inRows;
      const inLog = examineLog(persistence);
      if (inLog.length > 0) return inLog;
      const { catalog } = openTables(persistence);
      const inTables = [...catalog.tables()].flatMap((table) => examineTable(persistence, table));
      return [...inTables, ...missingFiles(persistence, dataDir)];
    } finally {
      persistence.close();
    }
  } finally {
    lock.release();
  }
}

/** What SQLite finds by itself, before anything is opened for writing. */
function examinePages(path: string): string[] {
  return examineDatabase(path, (database) => {
    const rows = database.pragma(`integrity_check(${FINDINGS_MAX})`) as Array<{
      integrity_check: string;
    }>;
    const texts = rows.map((row) => row.integrity_check).filter((text) => text !== "ok");
    return texts.map((text) => `The database is damaged: ${text}.`);
  });
}

/** Of a database that is refused: all rows that are not what was written. */
function examineRows(path: string): string[] {
  return examineDatabase(path, (database) => findDamage(database, FINDINGS_MAX).map(asSentence));
}

function examineDatabase(path: string, find: (database: Database.Database) => string[]): string[] {
  let database: Database.Database | null = null;
  try {
    database = new Database(path, { readonly: true });
    return find(database);
  } catch (error) {
    return [`The database cannot be read (${(error as { code?: string }).code ?? error}).`];
  } finally {
    database?.close();
  }
}

function asSentence(finding: string): string {
  return `${finding[0]!.toUpperCase()}${finding.slice(1)}.`;
}

function examineLog(persistence: Persistence): string[] {
  const catalog = readCatalog(persistence);
  const findings: string[] = [];
  for (const { ts, body } of persistence.readLog()) {
    try {
      for (const { id } of decodeLogBody(body, ts).writes) {
        if (!catalog.tableOfId(id)) findings.push(`Record ${ts} of the log names no table: ${id}.`);
      }
    } catch {
      findings.push(`Record ${ts} of the log cannot be read.`);
    }
    if (findings.length >= FINDINGS_MAX) break;
  }
  return findings;
}

/** Every key that a document should have leads to it, and there are no others. */
function examineTable(persistence: Persistence, table: Table): string[] {
  const findings: string[] = [];
  // An index that is still being built is begun anew by the next start.
  const built = [...table.indexes.values()].filter(({ isBuilt }) => isBuilt);
  const expected = new Map(built.map((index) => [index, 0]));
  for (const { key, id, body } of rowsOf(persistence, table)) {
    if (findings.length >= FINDINGS_MAX) return findings;
    // An entry that leads to a document under another id than its own: counted below.
    if (key !== idKeyOf(id)) continue;
    const document = readDocument(id, body);
    if (!document) {
      findings.push(`Document ${id} of table ${fullTableName(table)} cannot be read.`);
      continue;
    }
    for (const [index, count] of expected) {
      const keys = indexKeysOf(index, document);
      expected.set(index, count + keys.length);
      if (keys.every((key) => persistence.get(index.number, key)?.id === id)) continue;
      findings.push(`Index ${fullTableName(table)}.${index.name} does not lead to document ${id}.`);
    }
  }
  for (const [index, count] of expected) {
    const found = countEntries(persistence, index.number);
    if (found > count) {
      findings.push(
        `Index ${fullTableName(table)}.${index.name} has ${found - count} entries that no document has.`,
      );
    }
  }
  return findings;
}

function readDocument(id: string, body: string): StoredDocument | null {
  try {
    const document = new StoredDocument(id, body);
    return document.value._id === id ? document : null;
  } catch {
    return null;
  }
}

function countEntries(persistence: Persistence, index: number): number {
  let count = 0;
  for (let from = ""; ; ) {
    const keys = persistence.scanKeys(index, from, null, "asc", ROWS_PER_STEP);
    count += keys.length;
    if (keys.length < ROWS_PER_STEP) return count;
    from = `${keys.at(-1)!}\0`;
  }
}

/** A sentence for each stored file whose bytes are not there, or not all of them. */
export function missingFiles(persistence: Persistence, dataDir: string): string[] {
  const { catalog } = openTables(persistence);
  const findings: string[] = [];
  for (const { body } of rowsOf(persistence, catalog.ensureTable("_file_blobs"))) {
    const blob = JSON.parse(body) as BlobRow;
    if (blob.doomedTime !== undefined) continue;
    const file = fileOf(persistence, catalog, blob);
    if (!file) continue;
    const found = statSync(join(dataDir, "files", blob.key), { throwIfNoEntry: false });
    if (!found) findings.push(`The stored file ${file._id} is missing.`);
    else if (found.size !== file.size) {
      findings.push(`The stored file ${file._id} has ${found.size} bytes and not ${file.size}.`);
    }
    if (findings.length >= FINDINGS_MAX) break;
  }
  return findings;
}

/** The row of `_storage` that belongs to a row of `_file_blobs`: the same id but for the table. */
function fileOf(
  persistence: Persistence,
  catalog: Catalog,
  { _id, fileTable }: BlobRow,
): { _id: string; size: number } | null {
  const number = fileTable ?? catalog.ensureTable("_storage").number;
  const id = encodeDocumentId(number, decodeDocumentId(_id)!.internalId);
  const table = catalog.tableOfId(id);
  const row = table && persistence.get(table.byId.number, idKeyOf(id));
  return row && (JSON.parse(row.body) as { _id: string; size: number });
}
