import { EngineError } from "../base/engine-error.ts";
import type { Environment } from "../base/environment.ts";
import { limits } from "../base/limits.ts";
import type { Persistence } from "../persistence/persistence.ts";
import type { SchemaDefinition } from "../schema/schema-definition.ts";
import { BaseWriter } from "./base-writer.ts";
import { fullTableName, type Index, indexKeysOf } from "./catalog.ts";
import { checkRows } from "./check-rows.ts";
import { type Commit, Committer } from "./committer.ts";
import { DocumentStore } from "./document-store.ts";
import { openTables } from "./open-tables.ts";
import { Overlay } from "./overlay.ts";
import { StoredDocument } from "./stored-document.ts";

const OPENED_TS_SETTING = "opened_ts";
const ROWS_PER_STEP = 1_000;
const PROGRESS_MS = 1_000;

/** By path. */
type ComponentSchemas = ReadonlyMap<string, SchemaDefinition>;

export interface OpenStore {
  store: DocumentStore;
  committer: Committer;
  /**
   * Puts another schema in force, at a moment when nobody reads: rows are held to it, new indexes are
   * built and old ones removed, in one step that nothing comes between. No mutation may be under way.
   *
   * @param onChanged Called at that moment, once nothing can go wrong any more.
   * @throws EngineError "SchemaMismatch" as at start, "Overloaded" when there is no such moment; then
   *   everything is as before.
   */
  changeSchema(
    schema: SchemaDefinition,
    ofComponents: ComponentSchemas,
    onChanged: () => void,
  ): Promise<void>;
  /** Moves what it can into the tables and lets the disk go. */
  close(): void;
}

/**
 * Opens the store: brings the tables up to the end of the log, holds the rows to the schema if that
 * has changed, then makes the indexes those that the schema wants.
 *
 * @param onDurable Called after each group of commits has become durable, in commit order.
 * @param ofComponents The schemas of the app's components, by path.
 * @throws EngineError "SchemaMismatch" when rows do not fit the schema.
 */
export function openStore(
  persistence: Persistence,
  schema: SchemaDefinition,
  environment: Environment,
  onDurable: (commits: readonly Commit[]) => void,
  ofComponents: ComponentSchemas = new Map(),
): OpenStore {
  const { catalog, ...tables } = openTables(persistence);
  const lastTs = advanceClock(persistence, environment, tables.lastTs);
  const apply = (wanted: SchemaDefinition, wantedOfComponents: ComponentSchemas) => {
    checkRows(persistence, catalog, new Map([["", wanted], ...wantedOfComponents]), environment);
    const change = catalog.applySchema(wanted, wantedOfComponents);
    for (const number of change.droppedIndexes) {
      persistence.dropIndex(number);
      catalog.noteDropped(number);
    }
    for (const index of change.unbuiltIndexes) {
      buildIndex(persistence, index, environment);
      catalog.noteBuilt(index);
    }
  };
  apply(schema, ofComponents);

  const store = new DocumentStore(persistence, catalog, new Overlay(), lastTs);
  const baseWriter = new BaseWriter(store, persistence, environment);
  const committer = new Committer(store, persistence, environment, (commits) => {
    baseWriter.add(commits);
    onDurable(commits);
  });
  return {
    store,
    committer,
    changeSchema: async (wanted, wantedOfComponents, onChanged) => {
      await moveEverything(store, baseWriter, environment);
      apply(wanted, wantedOfComponents);
      onChanged();
    },
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
 * Waits for a moment at which no snapshot is read and the tables have every commit: then rows and
 * entries are in one place only. Reads last a few seconds at most, and begin anew all the time.
 */
async function moveEverything(
  store: DocumentStore,
  baseWriter: BaseWriter,
  environment: Environment,
): Promise<void> {
  const untilMs = environment.monotonicMs() + limits.schemaChangeWaitMs;
  while (environment.monotonicMs() < untilMs) {
    // What runs without waiting for anything has ended when a timer's turn comes.
    await new Promise<void>((resolve) => environment.setTimer(1, resolve));
    if (store.isBeingRead) continue;
    baseWriter.drain();
    if (baseWriter.isDone) return;
  }
  throw new EngineError("Overloaded", "The schema cannot be changed while reads do not end.", {
    retryable: true,
  });
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

/**
 * Builds an index over the rows that its table has already, a batch at a time. Entries that are there
 * from a time that was cut off are written again.
 */
function buildIndex(persistence: Persistence, index: Index, environment: Environment): void {
  const byId = index.table.byId.number;
  const about = (rows: number) => ({ index: `${fullTableName(index.table)}.${index.name}`, rows });
  let from = "";
  let built = 0;
  let toldMs = environment.monotonicMs();
  for (;;) {
    const rows = persistence.scan(byId, from, null, "asc", ROWS_PER_STEP);
    if (built === 0 && rows.length > 0) environment.log("info", "Building an index.", about(0));
    const entries = rows.flatMap(({ key: idKey, id, body }) =>
      indexKeysOf(index, new StoredDocument(id, body)).map((key) => ({ key, idKey })),
    );
    persistence.addEntries(index.number, byId, entries);
    built += rows.length;
    if (rows.length < ROWS_PER_STEP) break;
    from = `${rows.at(-1)!.key}\0`;
    if (environment.monotonicMs() - toldMs < PROGRESS_MS) continue;
    toldMs = environment.monotonicMs();
    environment.log("info", "Building an index.", about(built));
  }
  if (built > 0) environment.log("info", "An index is built.", about(built));
}
