import { assert } from "../base/assert.ts";
import type {
  BaseBatch,
  BaseWrite,
  LogRecord,
  Persistence,
  RequestRecord,
} from "../persistence/persistence.ts";
import { Catalog, type CatalogRecord, idKeyOf } from "./catalog.ts";
import { indexChange } from "./document-change.ts";
import { decodeLogBody } from "./log-body.ts";
import { StoredDocument } from "./stored-document.ts";

const CATALOG_SETTING = "catalog";
const RECORDS_PER_STEP = 500;

export interface OpenTables {
  catalog: Catalog;
  /** The newest timestamp ever committed here. */
  lastTs: bigint;
}

/**
 * Brings the tables up to the end of the log, as they are: whatever a schema may want of them is
 * not asked. For what comes before a store is opened, and for looking at one that is not.
 */
export function openTables(persistence: Persistence): OpenTables {
  const catalog = readCatalog(persistence);
  return { catalog, lastTs: replayLog(persistence, catalog) };
}

/** The catalog alone; what is in the log stays there. */
export function readCatalog(persistence: Persistence): Catalog {
  const saved = persistence.readSetting(CATALOG_SETTING);
  return new Catalog(saved ? (JSON.parse(saved) as CatalogRecord) : null, (record) =>
    persistence.writeSetting(CATALOG_SETTING, JSON.stringify(record)),
  );
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
