import type { BaseWrite } from "../persistence/persistence.ts";
import { idKeyOf, indexKeyOf, type Table } from "./catalog.ts";
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

/** Works out what one document's change means for each index of its table. */
export function indexChange({ table, id, before, after }: DocumentChange): IndexedChange {
  const indexChanges: IndexChange[] = [];
  const removedEntries: Array<{ index: number; key: string }> = [];
  const addedEntries: Array<{ index: number; key: string }> = [];
  for (const index of table.indexes.values()) {
    const oldKey = before && indexKeyOf(index, before);
    const newKey = after && indexKeyOf(index, after);
    if (oldKey !== null && oldKey !== newKey) {
      indexChanges.push({ index: index.number, key: oldKey, document: null });
      removedEntries.push({ index: index.number, key: oldKey });
    }
    if (newKey !== null) {
      indexChanges.push({ index: index.number, key: newKey, document: after });
      if (oldKey !== newKey) addedEntries.push({ index: index.number, key: newKey });
    }
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
