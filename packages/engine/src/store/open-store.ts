import { assert } from "../base/assert.ts";
import type { Environment } from "../base/environment.ts";
import { limits } from "../base/limits.ts";
import type {
  BaseBatch,
  BaseWrite,
  LogRecord,
  Persistence,
  RequestRecord,
} from "../persistence/persistence.ts";
import type { SchemaDefinition } from "../schema/schema-definition.ts";
import { BaseWriter } from "./base-writer.ts";
import { Catalog, type CatalogRecord, type Index, idKeyOf, indexKeysOf } from "./catalog.ts";
import { checkRows } from "./check-rows.ts";
import { type Commit, Committer } from "./committer.ts";
import { indexChange } from "./document-change.ts";
import { DocumentStore } from "./document-store.ts";
import { decodeLogBody } from "./log-body.ts";
import { Overlay } from "./overlay.ts";
import { StoredDocument } from "./stored-document.ts";

const CATALOG_SETTING = "catalog";
const OPENED_TS_SETTING = "opened_ts";
const ROWS_PER_STEP = 1_000;
const RECORDS_PER_STEP = 500;

export interface OpenStore {
  store: DocumentStore;
  committer: Committer;
  /** Moves what it can into the tables and lets the disk go. */
  close(): void;
}

/**
 * Opens the store: brings the tables up to the end of the log, holds the rows to the schema if that
 * has changed, then makes the indexes those that the schema wants.
 *
 * @param onDurable Called after each group of commits has become durable, in commit order.
 * @throws EngineError "SchemaMismatch" when rows do not fit the schema.
 */
export function openStore(
  persistence: Persistence,
  schema: SchemaDefinition,
  environment: Environment,
  onDurable: (commits: readonly Commit[]) => void,
): OpenStore {
  const saved = persistence.readSetting(CATALOG_SETTING);
  const catalog = new Catalog(saved ? (JSON.parse(saved) as CatalogRecord) : null, (record) =>
    persistence.writeSetting(CATALOG_SETTING, JSON.stringify(record)),
  );
  const lastTs = advanceClock(persistence, environment, replayLog(persistence, catalog));
  checkRows(persistence, catalog, schema, environment);
  const change = catalog.applySchema(schema);
  for (const number of change.droppedIndexes) persistence.dropIndex(number);
  for (const index of change.addedIndexes) buildIndex(persistence, index, environment);
  persistence.forgetRequestsBefore(environment.nowMs() - limits.requestRecordsKeptMs);

  const store = new DocumentStore(persistence, catalog, new Overlay(), lastTs);
  const baseWriter = new BaseWriter(store, persistence, environment);
  const committer = new Committer(store, persistence, environment, (commits) => {
    baseWriter.add(commits);
    onDurable(commits);
  });
  return {
    store,
    committer,
    close: () => {
      try {
        baseWriter.drain();
      } finally {
        baseWriter.close();
        persistence.close();
      }
    },
  };
}

/**
 * Starts the clock above everything that any client can have seen, and keeps it: a client that saw
 * more than the store knows refuses to work with it, also after the data folder was emptied.
 */
function advanceClock(persistence: Persistence, environment: Environment, lastTs: bigint): bigint {
  const openedTs = BigInt(persistence.readSetting(OPENED_TS_SETTING) ?? "0");
  const wallTs = BigInt(Math.trunc(environment.nowMs())) * 1_000_000n;
  const ts = [lastTs + 1n, openedTs + 1n, wallTs].reduce((a, b) => (a > b ? a : b));
  persistence.writeSetting(OPENED_TS_SETTING, String(ts));
  return ts;
}

/** Moves the whole log into the tables; returns the newest timestamp ever committed here. */
function replayLog(persistence: Persistence, catalog: Catalog): bigint {
  let lastTs = persistence.readBaseTs();
  const records = persistence.readLog();
  for (let first = 0; first < records.length; first += RECORDS_PER_STEP) {
    const step = records.slice(first, first + RECORDS_PER_STEP);
    persistence.applyBase(baseBatchOf(step, persistence, catalog));
    lastTs = step.at(-1)!.ts;
  }
  return lastTs;
}

/** What some log records do to the tables; later records build on earlier ones of the same batch. */
function baseBatchOf(
  records: readonly LogRecord[],
  persistence: Persistence,
  catalog: Catalog,
): BaseBatch {
  const latest = new Map<string, StoredDocument | null>();
  const writes: BaseWrite[] = [];
  const requests: RequestRecord[] = [];
  for (const record of records) {
    const commit = decodeLogBody(record.body, record.ts);
    if (commit.request) requests.push(commit.request);
    for (const { id, value } of commit.writes) {
      const table = catalog.tableOfId(id);
      assert(table, `the table of the logged document ${id} is in the catalog`);
      let before = latest.get(id);
      if (before === undefined) {
        const row = persistence.get(table.byId.number, idKeyOf(id));
        before = row && new StoredDocument(row.id, row.body);
      }
      const after = value && new StoredDocument(id, JSON.stringify(value), value);
      writes.push(indexChange({ table, id, before, after }).baseWrite);
      latest.set(id, after);
    }
  }
  return { throughTs: records.at(-1)!.ts, writes, requests };
}

/** Builds a new index over the rows that its table has already. */
function buildIndex(persistence: Persistence, index: Index, environment: Environment): void {
  const byId = index.table.byId.number;
  let from = "";
  let built = 0;
  for (;;) {
    const rows = persistence.scan(byId, from, null, "asc", ROWS_PER_STEP);
    const entries = rows.flatMap(({ key: idKey, id, body }) =>
      indexKeysOf(index, new StoredDocument(id, body)).map((key) => ({ key, idKey })),
    );
    persistence.addEntries(index.number, byId, entries);
    built += rows.length;
    if (rows.length < ROWS_PER_STEP) break;
    from = `${rows.at(-1)!.key}\0`;
    environment.log("info", "Building an index.", {
      index: `${index.table.name}.${index.name}`,
      rows: built,
    });
  }
}
