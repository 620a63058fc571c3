import { limits } from "../base/limits.ts";
import { newDocumentId } from "../runtime/new-document-id.ts";
import type { RuntimeServices } from "../runtime/services.ts";
import type { TransactionState } from "../runtime/transaction-state.ts";
import { StoredDocument } from "../store/stored-document.ts";
import type { JSONObject } from "../values/json.ts";

const CRON_TABLE = "_cron_jobs";

/** What is kept of a cron between two starts. */
export interface CronRow {
  _id: string;
  identifier: string;
  /** The job as text: another text is another job. */
  spec: string;
  /** ms since the epoch; null: never again. */
  nextMs: number | null;
}

/** All crons that are kept, as the transaction sees them. */
export function readCronRows(services: RuntimeServices, state: TransactionState): CronRow[] {
  const { byId } = services.store.catalog.ensureTable(CRON_TABLE);
  const entries = state.transaction.scan(byId, "", null, "asc", 2 * limits.cronsMax);
  return entries.map(({ document }) => document.value as unknown as CronRow);
}

/** Writes a new row (`_id` null) or a row's new state; returns the id. */
export function writeCronRow(
  services: RuntimeServices,
  state: TransactionState,
  row: Omit<CronRow, "_id"> & { _id: string | null },
): string {
  const table = services.store.catalog.ensureTable(CRON_TABLE);
  const before = row._id === null ? null : state.transaction.get(table, row._id);
  const id = row._id ?? newDocumentId(services.environment, table);
  const value: JSONObject = {
    identifier: row.identifier,
    spec: row.spec,
    nextMs: row.nextMs,
    _creationTime: before?.creationTime ?? state.nextCreationTime(),
    _id: id,
  };
  state.transaction.write(table, id, new StoredDocument(id, JSON.stringify(value), value));
  return id;
}

export function deleteCronRow(
  services: RuntimeServices,
  state: TransactionState,
  id: string,
): void {
  state.transaction.write(services.store.catalog.ensureTable(CRON_TABLE), id, null);
}
