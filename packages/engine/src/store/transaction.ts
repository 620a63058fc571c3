import { SortedMap } from "../base/sorted-map.ts";
import { type Index, idKeyOf, type Table } from "./catalog.ts";
import { type DocumentChange, visitKeys } from "./document-change.ts";
import type { DocumentStore, KeyEntry } from "./document-store.ts";
import { type Entry, type LayerEntry, mergeRange, type Order } from "./merge-range.ts";
import { ReadSet } from "./read-set.ts";
import type { StoredDocument } from "./stored-document.ts";
import { TransactionUsage } from "./transaction-usage.ts";

interface PendingChange {
  table: Table;
  before: StoredDocument | null;
  after: StoredDocument | null;
}

/** A point in a transaction to which its writes can be taken back. */
export interface Savepoint {
  undoLength: number;
  restoreUsage: () => void;
}

/**
 * One run of a query or mutation: a snapshot, what was read of it, and what is to be written.
 *
 * Reads see the snapshot with the transaction's own writes laid over it. Nothing leaves before the
 * committer takes `changes()`. It does not know about schemas or about who is calling.
 */
export class Transaction {
  readonly readSet = new ReadSet();
  readonly snapshotTs: bigint;
  readonly #store: DocumentStore;
  readonly #documents = new Map<string, PendingChange>();
  readonly #entries = new Map<number, SortedMap<StoredDocument | null>>();
  readonly #undo: Array<() => void> = [];
  /** Grows with every write: a scan that sees it change reads ahead anew. */
  writeCount = 0;
  readonly usage: TransactionUsage;

  constructor(store: DocumentStore, snapshotTs: bigint, usage = new TransactionUsage()) {
    this.#store = store;
    this.snapshotTs = snapshotTs;
    this.usage = usage;
  }

  /** The document, or null; either way the point is read. */
  get(table: Table, id: string): StoredDocument | null {
    const key = idKeyOf(id);
    this.readSet.addPoint(table.byId.number, key);
    this.countRange();
    const pending = this.#documents.get(id);
    const document = pending ? pending.after : this.#store.get(table.byId, key, this.snapshotTs);
    if (document) this.countRead(document);
    return document;
  }

  /** A document that a scan of an index has found already: nothing more is read than was then. */
  reread(table: Table, id: string): StoredDocument | null {
    const pending = this.#documents.get(id);
    return pending ? pending.after : this.#store.get(table.byId, idKeyOf(id), this.snapshotTs);
  }

  /** Entries in a range with own writes included. Counts and records nothing: the scan does. */
  scan(
    index: Index,
    start: string,
    end: string | null,
    order: Order,
    limit: number,
  ): readonly Entry[] {
    const layer = this.#pendingEntries(index, start, end, order);
    const readBelow = (after: string | null, count: number) => {
      const from = after !== null && order === "asc" ? `${after}\0` : start;
      const to = after !== null && order === "desc" ? after : end;
      return this.#store.scan(index, from, to, order, count, this.snapshotTs);
    };
    return mergeRange(layer, readBelow, order, limit);
  }

  /** The keys that `scan` would find, without fetching the documents. */
  scanKeys(
    index: Index,
    start: string,
    end: string | null,
    order: Order,
    limit: number,
  ): readonly KeyEntry[] {
    const layer = this.#pendingEntries(index, start, end, order);
    const readBelow = (after: string | null, count: number) => {
      const from = after !== null && order === "asc" ? `${after}\0` : start;
      const to = after !== null && order === "desc" ? after : end;
      return this.#store.scanKeys(index, from, to, order, count, this.snapshotTs);
    };
    return mergeRange<unknown>(layer, readBelow, order, limit);
  }

  /**
   * Puts a document in place of what `table` has under its id (null deletes).
   *
   * @param known What is there now, from a caller who has just read it; null for an id just drawn.
   */
  write(
    table: Table,
    id: string,
    after: StoredDocument | null,
    known?: StoredDocument | null,
  ): void {
    const pending = this.#documents.get(id);
    const current = pending ? pending.after : this.#currentOf(table, id, known);
    this.usage.count("documentsWritten", 1);
    this.usage.count("bytesWritten", after?.json.length ?? 0);
    for (const index of table.indexes.values()) {
      visitKeys(index, current, after, (key, document) => {
        this.#setEntry(index.number, key, document);
      });
    }
    const before = pending ? pending.before : current;
    this.#documents.set(id, { table, before, after });
    this.#undo.push(() => {
      if (pending) this.#documents.set(id, pending);
      else this.#documents.delete(id);
    });
    this.writeCount++;
  }

  #currentOf(
    table: Table,
    id: string,
    known: StoredDocument | null | undefined,
  ): StoredDocument | null {
    if (known !== undefined) return known;
    return this.#store.get(table.byId, idKeyOf(id), this.snapshotTs);
  }

  savepoint(): Savepoint {
    return { undoLength: this.#undo.length, restoreUsage: this.usage.savepoint() };
  }

  /** Takes back all writes since the savepoint. Reads stay read. */
  rollBack(savepoint: Savepoint): void {
    while (this.#undo.length > savepoint.undoLength) this.#undo.pop()!();
    savepoint.restoreUsage();
    this.writeCount++;
  }

  /** What there is to commit, a document each, in the order of first writing. */
  changes(): DocumentChange[] {
    const changes: DocumentChange[] = [];
    for (const [id, { table, before, after }] of this.#documents) {
      if (before === null && after === null) continue;
      changes.push({ table, id, before, after });
    }
    return changes;
  }

  countRead(document: StoredDocument): void {
    this.#store.documentsRead++;
    this.usage.count("documentsRead", 1);
    this.usage.count("bytesRead", document.json.length);
  }

  countRange(): void {
    this.usage.count("databaseQueries", 1);
  }

  #pendingEntries(index: Index, start: string, end: string | null, order: Order): LayerEntry[] {
    const layer: LayerEntry[] = [];
    const pending = this.#entries.get(index.number);
    pending?.visit(start, end, order, (key, document) => layer.push({ key, document }) > 0);
    return layer;
  }

  #setEntry(index: number, key: string, document: StoredDocument | null): void {
    let entries = this.#entries.get(index);
    if (!entries) {
      entries = new SortedMap();
      this.#entries.set(index, entries);
    }
    const previous = entries.get(key);
    entries.set(key, document);
    this.#undo.push(() => {
      if (previous === undefined) entries.delete(key);
      else entries.set(key, previous);
    });
  }
}
