import type { BaseWrite } from "../persistence/persistence.ts";
import { type Index, idKeyOf, indexKeysOf, type Table } from "./catalog.ts";
import type { IndexChange } from "./overlay.ts";
import type { StoredDocument } from "./stored-document.ts";

/** One document as a commit found it and as it left it; null where it did not exist. */
export interface DocumentChange {
  table: Table;
  id: string;
  before: StoredDocument | null;
  after: StoredDocument | null;
}

export interface IndexedChange {
  /** What every index shows at the touched keys now. */
  indexChanges: IndexChange[];
  /** The same for the tables on disk. */
  baseWrite: BaseWrite;
}

const NO_KEYS: readonly string[] = [];

/**
 * Visits the keys of an index that a document's change concerns: those it gives up, with null, then
 * those it has now, with the document and whether it did not have them before.
 */
export function visitKeys(
  index: Index,
  before: StoredDocument | null,
  after: StoredDocument | null,
  visit: (key: string, document: StoredDocument | null, isNew: boolean) => void,
): void {
  const oldKeys = before ? indexKeysOf(index, before) : NO_KEYS;
  const newKeys = after ? indexKeysOf(index, after) : NO_KEYS;
  const isOld = membership(oldKeys);
  const isKept = membership(newKeys);
  for (const key of oldKeys) if (!isKept(key)) visit(key, null, false);
  for (const key of newKeys) visit(key, after, !isOld(key));
}

/** Looks keys up: one by one while they are few, which they are except for long texts. */
function membership(keys: readonly string[]): (key: string) => boolean {
  if (keys.length <= 8) return (key) => keys.includes(key);
  const set = new Set(keys);
  return (key) => set.has(key);
}

/** Works out what one document's change means for each index of its table. */
export function indexChange({ table, id, before, after }: DocumentChange): IndexedChange {
  const indexChanges: IndexChange[] = [];
  const removedEntries: IndexChange[] = [];
  const addedEntries: IndexChange[] = [];
  for (const index of table.indexes.values()) {
    visitKeys(index, before, after, (key, document, isNew) => {
      const change = { index: index.number, key, document };
      indexChanges.push(change);
      if (document === null) removedEntries.push(change);
      else if (isNew) addedEntries.push(change);
    });
  }
  const baseWrite: BaseWrite = {
    byIdIndex: table.byId.number,
    idKey: idKeyOf(id),
    id,
    body: after?.json ?? null,
    removedEntries,
    addedEntries,
  };
  return { indexChanges, baseWrite };
}
