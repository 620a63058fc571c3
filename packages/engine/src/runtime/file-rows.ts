import { assert } from "../base/assert.ts";
import type { ReceivedFile } from "../files/receive-file.ts";
import type { Index, Table } from "../store/catalog.ts";
import { StoredDocument } from "../store/stored-document.ts";
import type { TableSpace } from "../store/table-space.ts";
import { decodeDocumentId, encodeDocumentId } from "../values/document-id.ts";
import { encodeIndexKey, keySuccessor } from "../values/index-key.ts";
import type { JSONObject, JSONValue } from "../values/json.ts";
import { FunctionCallError } from "./function-error.ts";
import { newInternalId } from "./new-document-id.ts";
import type { StoreServices } from "./services.ts";
import type { TransactionState } from "./transaction-state.ts";

const FILE_TABLE = "_storage";
const BLOB_TABLE = "_file_blobs";

/** A row of `_storage`, as functions see it through `ctx.db.system`. */
export interface FileRow {
  _id: string;
  /** Base64. */
  sha256: string;
  size: number;
  contentType?: string;
}

/** Where the bytes are. It stays, doomed, after the file's row is gone, until they are gone too. */
export interface BlobRow {
  _id: string;
  key: string;
  /** The number of the `_storage` that has the file's row; absent for the app's. */
  fileTable?: number;
  doomedTime?: number;
}

/** Puts a file that has been received into the database; returns its id. */
export function insertFile(
  services: StoreServices,
  tables: TableSpace,
  state: TransactionState,
  file: ReceivedFile,
  contentType: string | null,
): string {
  const internalId = newInternalId(services.environment);
  const files = tables.ensureTable(FILE_TABLE);
  const { catalog } = services.store;
  write(state, catalog.ensureTable(BLOB_TABLE), internalId, {
    key: file.key,
    ...(files === catalog.ensureTable(FILE_TABLE) ? {} : { fileTable: files.number }),
  });
  return write(state, files, internalId, {
    sha256: file.sha256,
    size: file.sizeBytes,
    ...(contentType === null ? {} : { contentType }),
  });
}

/**
 * Deletes a file's row and dooms its bytes, which go after the commit.
 *
 * @throws FunctionCallError when there is no such file.
 */
export function deleteFile(
  services: StoreServices,
  tables: TableSpace,
  state: TransactionState,
  id: string,
): void {
  const blob = readBlob(services, state, id);
  if (!blob) throw new FunctionCallError(`storage id ${id} not found`);
  const { catalog } = services.store;
  state.transaction.write(tables.ensureTable(FILE_TABLE), id, null);
  const value = { ...blob, doomedTime: state.nowMs } as unknown as JSONObject;
  const doomed = new StoredDocument(blob._id, JSON.stringify(value), value);
  state.transaction.write(catalog.ensureTable(BLOB_TABLE), blob._id, doomed);
}

export function readFile(tables: TableSpace, state: TransactionState, id: string): FileRow | null {
  const document = state.transaction.get(tables.ensureTable(FILE_TABLE), id);
  return document ? (document.value as unknown as FileRow) : null;
}

/** Where the bytes of a file are that is there; null when it is not. */
export function readBlob(
  services: StoreServices,
  state: TransactionState,
  id: string,
): BlobRow | null {
  const table = services.store.catalog.ensureTable(BLOB_TABLE);
  const document = state.transaction.get(table, siblingId(id, table.number));
  const blob = document ? (document.value as unknown as BlobRow) : null;
  return blob?.doomedTime === undefined ? blob : null;
}

/** The file with that key, as far as it is durable; null when there is none any more. */
export function findFileByKey(services: StoreServices, key: string): FileRow | null {
  const { store } = services;
  const prefix = encodeIndexKey([key]);
  const index = blobIndex(services, "by_key");
  const range = [prefix, keySuccessor(prefix)] as const;
  const [entry] = store.scan(index, ...range, "asc", 1, store.durableTs);
  const blob = entry && (entry.document.value as unknown as BlobRow);
  if (!blob || blob.doomedTime !== undefined) return null;
  const id = siblingId(blob._id, blob.fileTable ?? store.catalog.ensureTable(FILE_TABLE).number);
  const files = store.catalog.tableOfId(id);
  assert(files, "the table of a stored file is in the catalog");
  const file = store.get(files.byId, encodeIndexKey([id]), store.durableTs);
  return file ? (file.value as unknown as FileRow) : null;
}

/** Whether any row, doomed ones too, speaks of a file with that key. */
export function isKeyKnown(services: StoreServices, key: string): boolean {
  const { store } = services;
  const prefix = encodeIndexKey([key]);
  const index = blobIndex(services, "by_key");
  return store.scan(index, prefix, keySuccessor(prefix), "asc", 1, store.headTs).length > 0;
}

/** Rows whose bytes can go, as far as that is durable. */
export function doomedBlobs(services: StoreServices, limit: number): BlobRow[] {
  const { store } = services;
  // Above the rows that have no such field.
  const start = keySuccessor(encodeIndexKey([undefined])) ?? "";
  const index = blobIndex(services, "by_doomed_time");
  const entries = store.scan(index, start, null, "asc", limit, store.durableTs);
  return entries.map(({ document }) => document.value as unknown as BlobRow);
}

export function forgetBlob(services: StoreServices, state: TransactionState, id: string): void {
  state.transaction.write(services.store.catalog.ensureTable(BLOB_TABLE), id, null);
}

/** The index in which it shows that bytes have been doomed. */
export function doomedIndexNumber(services: StoreServices): number {
  return blobIndex(services, "by_doomed_time").number;
}

/** @throws FunctionCallError for what is no id of a stored file. */
export function requireStorageId(tables: TableSpace, value: JSONValue | undefined): string {
  if (typeof value === "string" && tables.tableOfId(value)?.name === FILE_TABLE) return value;
  const shown = JSON.stringify(value ?? null).slice(0, 64);
  throw new FunctionCallError(`Invalid storage ID: ${shown}`);
}

function write(
  state: TransactionState,
  table: Table,
  internalId: Uint8Array,
  fields: JSONObject,
): string {
  const id = encodeDocumentId(table.number, internalId);
  const value: JSONObject = { ...fields, _creationTime: state.nextCreationTime(), _id: id };
  state.transaction.write(table, id, new StoredDocument(id, JSON.stringify(value), value));
  return id;
}

/** The id that differs in the table alone. */
function siblingId(id: string, tableNumber: number): string {
  const decoded = decodeDocumentId(id);
  assert(decoded, "ids of stored files are ids");
  return encodeDocumentId(tableNumber, decoded.internalId);
}

function blobIndex(services: StoreServices, name: string): Index {
  const index = services.store.catalog.ensureTable(BLOB_TABLE).indexes.get(name);
  assert(index, `the system index ${name} exists`);
  return index;
}
