import type { SchemaDefinition, TableDefinition } from "../schema/schema-definition.ts";
import { decodeDocumentId } from "../values/document-id.ts";
import { readField } from "../values/field-path.ts";
import { encodeIndexKey } from "../values/index-key.ts";
import { SEARCH_KEY_VERSION, searchKeysOf } from "./search-key.ts";
import type { StoredDocument } from "./stored-document.ts";
import { SYSTEM_TABLES } from "./system-tables.ts";

const TABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** User tables are numbered from here, as on Convex; smaller numbers are the system's. */
export const FIRST_USER_TABLE = 10_001;

/**
 * One index: which fields, in which order, make the key.
 *
 * A document has one key in a database index and one a term in a search index; everything below
 * the query planner treats the two alike.
 */
export interface Index {
  number: number;
  name: string;
  kind: "database" | "search";
  /**
   * All fields of the key, the implied `_creationTime` and `_id` at the end included; of a search
   * index the search field and then the filter fields.
   */
  keyFields: readonly string[];
  /** Whether functions may query it: not while it is staged. */
  queryable: boolean;
  /** Whether it has an entry for every row; until then a start begins it anew. */
  isBuilt: boolean;
  table: Table;
}

export interface Table {
  number: number;
  /** As functions of its component know it. */
  name: string;
  /** The component that it belongs to, by path; empty for the app. */
  component: string;
  definition: TableDefinition | null;
  indexes: Map<string, Index>;
  byId: Index;
  byCreationTime: Index;
}

/** How the catalog stands on disk. Numbers are given once and never reused. */
export interface CatalogRecord {
  nextTable: number;
  nextIndex: number;
  tables: Array<{
    number: number;
    /** With the component in front: `presence/batchWorker/workers`. */
    name: string;
    indexes: IndexRecord[];
  }>;
  /** Indexes that are gone but for entries that may still be there. */
  dropped?: number[];
}

interface IndexRecord {
  number: number;
  name: string;
  fields: string[];
  /** The version of the keys of a search index; absent for a database index. */
  search?: number;
  /** It has not got all of its entries yet. */
  isUnbuilt?: true;
}

/** An index as a schema, or the system, asks for it. */
interface WantedIndex {
  name: string;
  kind: Index["kind"];
  keyFields: readonly string[];
  staged: boolean;
}

/** What is left to do on disk, also from earlier times that were cut off. */
export interface CatalogChange {
  unbuiltIndexes: Index[];
  droppedIndexes: number[];
}

/**
 * The names and numbers of all tables and indexes, of all components.
 *
 * Each component has names of its own, and numbers are given once for all, so that an id alone
 * tells the table. It holds no documents and touches no disk: the store saves `record()` whenever `save` is called.
 */
export class Catalog {
  /** By component, then by name. */
  readonly #tables = new Map<string, Map<string, Table>>();
  readonly #tablesByNumber = new Map<number, Table>();
  #nextTable = FIRST_USER_TABLE;
  #nextIndex = 1;
  readonly #dropped = new Set<number>();
  readonly #save: (record: CatalogRecord) => void;

  constructor(record: CatalogRecord | null, save: (record: CatalogRecord) => void) {
    this.#save = save;
    if (record) {
      this.#nextTable = record.nextTable;
      this.#nextIndex = record.nextIndex;
      for (const number of record.dropped ?? []) this.#dropped.add(number);
      for (const { number, name, indexes } of record.tables) this.#restore(number, name, indexes);
    }
    for (const { name, number } of SYSTEM_TABLES) {
      if (!this.findTable(name)) this.#add(number, "", name);
    }
  }

  findTable(name: string, component = ""): Table | null {
    return this.#tables.get(component)?.get(name) ?? null;
  }

  *tables(): IterableIterator<Table> {
    for (const tables of this.#tables.values()) yield* tables.values();
  }

  /**
   * The table of that name; a new one gets its number saved before anything is written to it.
   *
   * @throws Error for what cannot be the name of a table.
   */
  ensureTable(name: string, component = ""): Table {
    const found = this.findTable(name, component);
    if (found) return found;
    if (!TABLE_NAME.test(name)) throw new Error(`Invalid table name: ${name.slice(0, 80)}`);
    const table = this.#add(this.#nextTable++, component, name);
    this.#save(this.record());
    return table;
  }

  /**
   * Gives a table the number that its ids elsewhere have; whatever has its name must be empty.
   *
   * @returns null when another table has the number.
   */
  adoptTable(name: string, number: number, component = ""): Table | null {
    const holder = this.#tablesByNumber.get(number);
    if (holder) return holder.name === name && holder.component === component ? holder : null;
    const former = this.findTable(name, component);
    if (former) this.#tablesByNumber.delete(former.number);
    const table = this.#add(number, component, name);
    this.#nextTable = Math.max(this.#nextTable, number + 1);
    this.#save(this.record());
    return table;
  }

  /** The table whose id this is, or null when it is no id or its table is unknown. */
  tableOfId(id: string): Table | null {
    const decoded = decodeDocumentId(id);
    return decoded ? (this.#tablesByNumber.get(decoded.tableNumber) ?? null) : null;
  }

  /**
   * Makes tables and indexes agree with the app's schema and with those of its components. What that
   * leaves to do is the caller's, who tells each piece that is done with `noteBuilt` and
   * `noteDropped`: whatever a crash cuts off is left to do for the next start. A component that is
   * gone keeps its rows.
   */
  applySchema(
    schema: SchemaDefinition,
    ofComponents: ReadonlyMap<string, SchemaDefinition> = new Map(),
  ): CatalogChange {
    const unbuiltIndexes: Index[] = [];
    const schemas = new Map([["", schema], ...ofComponents]);
    for (const [component, { tables }] of schemas) {
      const own = SYSTEM_TABLES.filter(({ isPerComponent }) => isPerComponent);
      for (const { name } of [...own, ...tables.values()]) {
        if (!this.findTable(name, component)) this.#add(this.#nextTable++, component, name);
      }
    }
    for (const table of this.tables()) {
      const definition = schemas.get(table.component)?.tables.get(table.name) ?? null;
      table.definition = definition;
      const wanted = new Map(wantedIndexes(table, definition).map((index) => [index.name, index]));
      for (const [name, index] of table.indexes) {
        if (index === table.byId || index === table.byCreationTime) continue;
        const same = wanted.get(name);
        if (same && same.kind === index.kind && sameFields(index.keyFields, same.keyFields)) {
          index.queryable = !same.staged;
          wanted.delete(name);
          if (!index.isBuilt) unbuiltIndexes.push(index);
        } else {
          table.indexes.delete(name);
          this.#dropped.add(index.number);
        }
      }
      for (const { name, kind, keyFields, staged } of wanted.values()) {
        const index = this.#addIndex(table, this.#nextIndex++, name, keyFields, kind);
        index.queryable = !staged;
        index.isBuilt = false;
        unbuiltIndexes.push(index);
      }
    }
    this.#save(this.record());
    return { unbuiltIndexes, droppedIndexes: [...this.#dropped] };
  }

  /** The index has all of its entries. */
  noteBuilt(index: Index): void {
    index.isBuilt = true;
    this.#save(this.record());
  }

  /** No entry of the index is left. */
  noteDropped(number: number): void {
    this.#dropped.delete(number);
    this.#save(this.record());
  }

  record(): CatalogRecord {
    return {
      nextTable: this.#nextTable,
      nextIndex: this.#nextIndex,
      tables: [...this.tables()].map((table) => ({
        number: table.number,
        name: fullTableName(table),
        indexes: [...table.indexes.values()].map(({ number, name, kind, keyFields, isBuilt }) => ({
          number,
          name,
          fields: [...keyFields],
          ...(kind === "search" ? { search: SEARCH_KEY_VERSION } : {}),
          ...(isBuilt ? {} : { isUnbuilt: true as const }),
        })),
      })),
      ...(this.#dropped.size > 0 ? { dropped: [...this.#dropped] } : {}),
    };
  }

  #restore(number: number, fullName: string, indexes: readonly IndexRecord[]): void {
    const slash = fullName.lastIndexOf("/");
    const table = newTable(
      number,
      fullName.slice(0, Math.max(0, slash)),
      fullName.slice(slash + 1),
    );
    for (const { number, name, fields, search, isUnbuilt } of indexes) {
      // Keys of another version are wanted by nobody: without fields the index is dropped and built anew.
      const keyFields = search === undefined || search === SEARCH_KEY_VERSION ? fields : [];
      const kind = search === undefined ? "database" : "search";
      this.#addIndex(table, number, name, keyFields, kind).isBuilt = isUnbuilt !== true;
    }
    table.byId = table.indexes.get("by_id")!;
    table.byCreationTime = table.indexes.get("by_creation_time")!;
    this.#register(table);
  }

  #add(number: number, component: string, name: string): Table {
    const table = newTable(number, component, name);
    table.byId = this.#addIndex(table, this.#nextIndex++, "by_id", ["_id"]);
    table.byCreationTime = this.#addIndex(
      table,
      this.#nextIndex++,
      "by_creation_time",
      withImpliedFields([]),
    );
    this.#register(table);
    return table;
  }

  #addIndex(
    table: Table,
    number: number,
    name: string,
    keyFields: readonly string[],
    kind: Index["kind"] = "database",
  ): Index {
    const index: Index = {
      number,
      name,
      kind,
      keyFields,
      queryable: true,
      isBuilt: true,
      table,
    };
    table.indexes.set(name, index);
    return index;
  }

  #register(table: Table): void {
    const siblings = this.#tables.get(table.component);
    if (siblings) siblings.set(table.name, table);
    else this.#tables.set(table.component, new Map([[table.name, table]]));
    this.#tablesByNumber.set(table.number, table);
  }
}

/** Without its first indexes, which know their table. */
function newTable(number: number, component: string, name: string): Table {
  return { number, component, name, definition: null, indexes: new Map() } as unknown as Table;
}

/** The name that no other table has: with the component in front, if it belongs to one. */
export function fullTableName({ component, name }: Table): string {
  return component === "" ? name : `${component}/${name}`;
}

/** The system's own indexes count as staged: they are kept, and functions cannot query them. */
function wantedIndexes(table: Table, definition: TableDefinition | null): WantedIndex[] {
  const databaseIndex = (
    name: string,
    fields: readonly string[],
    staged: boolean,
  ): WantedIndex => ({
    name,
    kind: "database",
    keyFields: withImpliedFields(fields),
    staged,
  });
  const system = SYSTEM_TABLES.find(({ name }) => name === table.name);
  if (system) return system.indexes.map(({ name, fields }) => databaseIndex(name, fields, true));
  if (!definition) return [];
  return [
    ...definition.indexes.map(({ name, fields, staged }) => databaseIndex(name, fields, staged)),
    ...definition.searchIndexes.map(({ name, searchField, filterFields, staged }) => ({
      name,
      kind: "search" as const,
      keyFields: [searchField, ...filterFields],
      staged,
    })),
  ];
}

/** The document's keys in an index; equal documents have equal keys, `_id` makes them unique. */
export function indexKeysOf(index: Index, document: StoredDocument): readonly string[] {
  return document.keysIn(index.number, () => {
    const { value } = document;
    if (index.kind === "search") return searchKeysOf(index.keyFields, value);
    return [encodeIndexKey(index.keyFields.map((field) => readField(value, field)))];
  });
}

/** The key of a document in its table's `by_id` index. */
export function idKeyOf(id: string): string {
  return encodeIndexKey([id]);
}

function withImpliedFields(fields: readonly string[]): string[] {
  return [...fields, "_creationTime", "_id"];
}

function sameFields(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((field, place) => field === b[place]);
}
