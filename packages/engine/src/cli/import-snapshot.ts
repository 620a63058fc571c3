import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../base/engine-error.ts";
import { limits } from "../base/limits.ts";
import { openDiskFiles } from "../files/disk-files.ts";
import { receiveFile } from "../files/receive-file.ts";
import { lockFolder } from "../persistence/folder-lock.ts";
import type { BaseWrite, Persistence } from "../persistence/persistence.ts";
import { openSqlitePersistence } from "../persistence/sqlite-persistence.ts";
import { FIRST_USER_TABLE, idKeyOf, type Table } from "../store/catalog.ts";
import { forgetChecks } from "../store/check-rows.ts";
import { indexChange } from "../store/document-change.ts";
import { type OpenTables, openTables } from "../store/open-tables.ts";
import { StoredDocument } from "../store/stored-document.ts";
import { decodeDocumentId, encodeDocumentId } from "../values/document-id.ts";
import { checkDocument } from "../values/document-limits.ts";
import { isJSONObject, type JSONObject, type JSONValue } from "../values/json.ts";
import { syncPath } from "./backup.ts";
import { copyDatabase, databasePath } from "./offline.ts";
import { openSnapshot, type SnapshotFile, snapshotPrefix } from "./snapshot-file.ts";
import { readUniform } from "./uniform-json.ts";

/** A table in a snapshot. */
interface SnapshotTable {
  component: string;
  name: string;
  folder: string;
}

const ROWS_PER_BATCH = 500;
const DOCUMENTS = "/documents.jsonl";
const TABLE_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/**
 * Adds a snapshot's tables and stored files to a data folder; its tables must be empty there.
 *
 * Everything goes into a copy of the database that takes the place of the original when it is
 * whole: an import happens or it does not. Documents keep their ids and times. The next start holds
 * them to the schema and builds the indexes that are missing.
 *
 * @returns How many documents and files there were.
 * @throws EngineError "DataFolderUnusable" with a sentence about what cannot be taken.
 */
export async function importSnapshot(
  dataDir: string,
  file: string,
): Promise<{ documents: number; files: number }> {
  const snapshot = await openSnapshot(file);
  const lock = lockFolder(dataDir);
  const workDir = mkdtempSync(join(dataDir, "import-"));
  try {
    if (existsSync(databasePath(dataDir))) {
      // Opening it for writing leaves nothing in its journal that the copy would miss.
      openSqlitePersistence(dataDir).close();
      await copyDatabase(databasePath(dataDir), databasePath(workDir));
    }
    const persistence = openSqlitePersistence(workDir);
    let counts: { documents: number; files: number };
    try {
      counts = await new Import(persistence, snapshot, dataDir).run();
    } finally {
      persistence.close();
    }
    syncPath(databasePath(workDir));
    renameSync(databasePath(workDir), databasePath(dataDir));
    syncPath(dataDir);
    return counts;
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const { message } = error as Error;
    throw refusal(`The snapshot ${file} cannot be imported: ${message.replace(/\.$/, "")}`, error);
  } finally {
    rmSync(workDir, { recursive: true, force: true });
    lock.release();
    snapshot.close();
  }
}

/** One import: the tables it goes into, and what storage ids are here instead of there. */
class Import {
  readonly #persistence: Persistence;
  readonly #snapshot: SnapshotFile;
  readonly #dataDir: string;
  readonly #tables: OpenTables;
  /** By component: numbers in ids of the snapshot that are others here. */
  readonly #renumbered = new Map<string, Map<number, number>>();
  #batch: BaseWrite[] = [];
  #batchIds = new Set<string>();

  constructor(persistence: Persistence, snapshot: SnapshotFile, dataDir: string) {
    this.#persistence = persistence;
    this.#snapshot = snapshot;
    this.#dataDir = dataDir;
    this.#tables = openTables(persistence);
  }

  async run(): Promise<{ documents: number; files: number }> {
    const tables = this.#tablesOfSnapshot();
    const numbers = await this.#tableNumbers(tables);
    for (const table of tables) this.#requireEmpty(table);
    const adopted = tables.map((table) => this.#adopt(table, numbers.get(table.folder)));
    const components = new Set(["", ...this.#componentsOfSnapshot()]);
    let files = 0;
    for (const component of components) files += await this.#importFiles(component);
    let documents = 0;
    for (const [place, from] of tables.entries()) {
      documents += await this.#importTable(from, adopted[place]!);
    }
    forgetChecks(this.#persistence);
    return { documents, files };
  }

  #tablesOfSnapshot(): SnapshotTable[] {
    const tables: SnapshotTable[] = [];
    for (const path of this.#snapshot.paths) {
      if (!path.endsWith(DOCUMENTS)) continue;
      const folder = path.slice(0, -DOCUMENTS.length);
      const { component, name } = placeOf(folder);
      if (name.startsWith("_")) continue;
      if (!TABLE_NAME.test(name)) throw refusal(`There cannot be a table "${name.slice(0, 80)}"`);
      tables.push({ component, name, folder });
    }
    if (tables.length === 0 && !this.#snapshot.has(`_tables${DOCUMENTS}`)) {
      throw refusal("The file is a ZIP, but no snapshot");
    }
    // The app's first: their numbers cannot be changed, since anybody may have their ids.
    return tables.sort((a, b) => Number(a.component !== "") - Number(b.component !== ""));
  }

  #componentsOfSnapshot(): string[] {
    const folders = this.#snapshot.paths.filter((path) => path.endsWith(DOCUMENTS));
    return folders.map((path) => placeOf(path.slice(0, -DOCUMENTS.length)).component);
  }

  /** By folder. Ids carry their table's number, so that tables keep theirs. */
  async #tableNumbers(tables: readonly SnapshotTable[]): Promise<Map<string, number>> {
    const numbers = new Map<string, number>();
    for (const component of ["", ...this.#componentsOfSnapshot()]) {
      const prefix = snapshotPrefix(component);
      for await (const line of this.#snapshot.lines(`${prefix}_tables${DOCUMENTS}`)) {
        const { name, id } = JSON.parse(line) as { name: string; id: number };
        numbers.set(prefix + name, id);
      }
    }
    for (const { folder } of tables) {
      if (numbers.has(folder)) continue;
      for await (const line of this.#snapshot.lines(folder + DOCUMENTS)) {
        const { _id } = JSON.parse(line) as { _id?: unknown };
        const decoded = typeof _id === "string" ? decodeDocumentId(_id) : null;
        if (!decoded) throw refusal(`Documents of table ${folder} have no ids`);
        numbers.set(folder, decoded.tableNumber);
        break;
      }
    }
    return numbers;
  }

  #requireEmpty({ component, name, folder }: SnapshotTable): void {
    const table = this.#tables.catalog.findTable(name, component);
    if (!table || this.#persistence.scanKeys(table.byId.number, "", null, "asc", 1).length === 0) {
      return;
    }
    throw refusal(`Table ${folder} has documents already`);
  }

  /** The table here, under the number that it has there; before any document is read. */
  #adopt({ component, name, folder }: SnapshotTable, number: number | undefined): Table {
    const { catalog } = this.#tables;
    if (number === undefined) return catalog.ensureTable(name, component);
    if (!Number.isInteger(number) || number < FIRST_USER_TABLE) {
      throw refusal(`Table ${folder} has a number that is reserved here`);
    }
    const table = catalog.adoptTable(name, number, component);
    if (table) return table;
    if (component === "") throw refusal(`Table ${folder} has the number of another table here`);
    // On hosted Convex the tables of each component are numbered by themselves.
    const renumbered = catalog.ensureTable(name, component);
    this.#renumber(component, number, renumbered.number);
    return renumbered;
  }

  #renumber(component: string, from: number, to: number): void {
    const numbers = this.#renumbered.get(component) ?? new Map<number, number>();
    this.#renumbered.set(component, numbers.set(from, to));
  }

  async #importTable({ component, folder }: SnapshotTable, table: Table): Promise<number> {
    const parse = await this.#reader(folder);
    let count = 0;
    for await (const line of this.#snapshot.lines(folder + DOCUMENTS)) {
      count++;
      const where = `document ${count} of table ${folder}`;
      const value = this.#withOwnIds(parse(line), this.#renumbered.get(component));
      if (!isJSONObject(value)) throw new Error(`${where} is no object`);
      this.#add(table, value, where);
    }
    this.#flush();
    return count;
  }

  /** How numbers of a table are to be read. */
  async #reader(name: string): Promise<(line: string) => JSONValue> {
    let shape = "";
    for await (const line of this.#snapshot.lines(`${name}/generated_schema.jsonl`)) shape += line;
    if (shape === '"uniform"') return readUniform;
    if (/int64|"bytes"/.test(shape)) {
      throw refusal(`Table ${name} has integers or bytes in the way that Convex no longer writes`);
    }
    return (line) => JSON.parse(line) as JSONValue;
  }

  async #importFiles(component: string): Promise<number> {
    const { catalog } = this.#tables;
    const files = catalog.ensureTable("_storage", component);
    const isApp = component === "";
    const prefix = snapshotPrefix(component);
    const blobs = catalog.ensureTable("_file_blobs");
    const store = openDiskFiles(join(this.#dataDir, "files"));
    const paths = new Map(this.#snapshot.paths.map((path) => [path.replace(/\.[^/]*$/, ""), path]));
    let count = 0;
    for await (const line of this.#snapshot.lines(`${prefix}_storage${DOCUMENTS}`)) {
      const row = JSON.parse(line) as JSONObject;
      const decoded = typeof row._id === "string" ? decodeDocumentId(row._id) : null;
      const path = paths.get(`${prefix}_storage/${row._id}`);
      if (!decoded || path === undefined) throw refusal(`The stored file ${row._id} is missing`);
      // On hosted Convex stored files have another table number, which their ids carry.
      if (decoded.tableNumber !== files.number) {
        this.#renumber(component, decoded.tableNumber, files.number);
      }
      const received = await receiveFile(store, await this.#snapshot.read(path), {
        random: randomBytes(16),
        bytesMax: limits.fileBytesMax,
        expectedSha256: typeof row.sha256 === "string" ? row.sha256 : null,
      });
      const { _creationTime } = row;
      const _id = encodeDocumentId(files.number, decoded.internalId);
      const type = typeof row.contentType === "string" ? { contentType: row.contentType } : {};
      const { sha256, sizeBytes: size, key } = received;
      const where = `stored file ${row._id}`;
      this.#add(files, { sha256, size, ...type, _creationTime, _id }, where);
      const blobId = encodeDocumentId(blobs.number, decoded.internalId);
      const fileTable = isApp ? {} : { fileTable: files.number };
      this.#add(blobs, { key, ...fileTable, _creationTime, _id: blobId }, where);
      count++;
    }
    this.#flush();
    return count;
  }

  /** The value with the numbers that tables have here in all ids of theirs. */
  #withOwnIds(value: JSONValue, renumbered: ReadonlyMap<number, number> | undefined): JSONValue {
    if (!renumbered) return value;
    if (typeof value === "string") {
      const decoded = decodeDocumentId(value);
      const number = decoded && renumbered.get(decoded.tableNumber);
      return decoded && number != null ? encodeDocumentId(number, decoded.internalId) : value;
    }
    if (Array.isArray(value)) return value.map((one) => this.#withOwnIds(one, renumbered));
    if (!isJSONObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        this.#withOwnIds(one as JSONValue, renumbered),
      ]),
    );
  }

  #add(table: Table, value: JSONObject, where: string): void {
    const { _id, _creationTime, ...fields } = value;
    if (typeof _id !== "string" || this.#tables.catalog.tableOfId(_id) !== table) {
      throw new Error(`${where} has no id of its table`);
    }
    if (typeof _creationTime !== "number") throw new Error(`${where} has no creation time`);
    checkDocument(fields);
    if (this.#batchIds.has(_id) || this.#persistence.get(table.byId.number, idKeyOf(_id))) {
      throw new Error(`${where} is there already`);
    }
    const stored = { ...fields, _creationTime, _id };
    const after = new StoredDocument(_id, JSON.stringify(stored), stored);
    this.#batch.push(indexChange({ table, id: _id, before: null, after }).baseWrite);
    this.#batchIds.add(_id);
    if (this.#batch.length >= ROWS_PER_BATCH) this.#flush();
  }

  #flush(): void {
    const throughTs = this.#tables.lastTs;
    this.#persistence.applyBase({ throughTs, writes: this.#batch, requests: [] });
    this.#batch = [];
    this.#batchIds.clear();
  }
}

/** Which table a folder of a snapshot is about. */
function placeOf(folder: string): { component: string; name: string } {
  const parts = folder.split("/");
  const names: string[] = [];
  while (parts.length > 2 && parts[0] === "_components") names.push(...parts.splice(0, 2).slice(1));
  if (parts.length > 1 || !names.every((name) => TABLE_NAME.test(name))) {
    throw refusal(`The folder "${folder.slice(0, 80)}" is not one of a snapshot`);
  }
  return { component: names.join("/"), name: parts[0]! };
}

function refusal(message: string, cause?: unknown): EngineError {
  return new EngineError("DataFolderUnusable", `${message}.`, { cause });
}
