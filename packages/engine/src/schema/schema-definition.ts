import { checkValidator, type ValidatorJson } from "./validator-json.ts";

/** What `schema.ts` says, with every name checked. */
export interface SchemaDefinition {
  tables: Map<string, TableDefinition>;
  /** False: documents are not held to their validators. Indexes are the same either way. */
  schemaValidation: boolean;
}

export interface TableDefinition {
  name: string;
  indexes: IndexDefinition[];
  searchIndexes: SearchIndexDefinition[];
  vectorIndexes: VectorIndexDefinition[];
  /** `null`: any document. */
  documentType: ValidatorJson | null;
}

/** The fields in order, without the `_creationTime` and `_id` that end every index. */
export interface IndexDefinition {
  name: string;
  fields: string[];
  /** Built, but not to be queried yet. */
  staged: boolean;
}

export interface SearchIndexDefinition {
  name: string;
  searchField: string;
  filterFields: string[];
  staged: boolean;
}

export interface VectorIndexDefinition {
  name: string;
  vectorField: string;
  dimensions: number;
  filterFields: string[];
  staged: boolean;
}

/** A folder without `schema.ts`: any table, any document. */
export const EMPTY_SCHEMA: SchemaDefinition = { tables: new Map(), schemaValidation: false };

/** Limits of a schema. The figures are Convex's. */
export const SCHEMA_LIMITS = {
  tablesMax: 10_000,
  indexesPerTableMax: 64,
  fieldsPerIndexMax: 16,
  filterFieldsMax: 16,
  nameLengthMax: 64,
} as const;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const OWN_INDEXES = new Set(["by_id", "by_creation_time"]);

/**
 * Reads what `export()` of a schema definition gives.
 *
 * @throws Error with a sentence for the author of `schema.ts`: an impossible or repeated name, an
 *   index without fields, over a limit.
 * Source: convex 1.48 `server/schema.ts`; SPEC SC1 to SC4.
 */
export function parseSchema(exported: string): SchemaDefinition {
  const json: unknown = JSON.parse(exported);
  if (!isRecord(json) || !Array.isArray(json.tables)) {
    throw new Error("The default export of schema.ts must be made by `defineSchema`.");
  }
  if (json.tables.length > SCHEMA_LIMITS.tablesMax) {
    throw new Error(`A schema may have at most ${SCHEMA_LIMITS.tablesMax} tables.`);
  }
  const tables = new Map<string, TableDefinition>();
  for (const table of json.tables.map(parseTable)) {
    if (tables.has(table.name)) throw new Error(`Table "${table.name}" is defined twice.`);
    tables.set(table.name, table);
  }
  return { tables, schemaValidation: json.schemaValidation !== false };
}

function parseTable(json: unknown): TableDefinition {
  if (!isRecord(json) || typeof json.tableName !== "string") {
    throw new Error("Every table of a schema must have a name.");
  }
  const name = checkName(json.tableName, "Table name");
  if (name.startsWith("_")) {
    throw new Error(`Table name "${name}" starts with an underscore, which is reserved.`);
  }
  const table: TableDefinition = {
    name,
    indexes: [
      ...list(json.indexes).map((index) => parseIndex(name, index, false)),
      ...list(json.stagedDbIndexes).map((index) => parseIndex(name, index, true)),
    ],
    searchIndexes: [
      ...list(json.searchIndexes).map((index) => parseSearchIndex(name, index, false)),
      ...list(json.stagedSearchIndexes).map((index) => parseSearchIndex(name, index, true)),
    ],
    vectorIndexes: [
      ...list(json.vectorIndexes).map((index) => parseVectorIndex(name, index, false)),
      ...list(json.stagedVectorIndexes).map((index) => parseVectorIndex(name, index, true)),
    ],
    documentType: json.documentType == null ? null : checkDocumentType(name, json.documentType),
  };
  checkIndexNames(table);
  return table;
}

function parseIndex(table: string, json: unknown, staged: boolean): IndexDefinition {
  const { name, definition } = indexName(table, json);
  const where = `Index "${table}.${name}"`;
  const fields = fieldPaths(where, definition.fields);
  if (fields.length === 0) throw new Error(`${where} must have at least one field.`);
  if (fields.length > SCHEMA_LIMITS.fieldsPerIndexMax) {
    throw new Error(`${where} has more than ${SCHEMA_LIMITS.fieldsPerIndexMax} fields.`);
  }
  const repeated = fields.find((field, i) => fields.indexOf(field) !== i);
  if (repeated !== undefined) throw new Error(`${where} has the field "${repeated}" twice.`);
  if (fields.includes("_creationTime") || fields.includes("_id")) {
    throw new Error(
      `${where} names a system field: "_creationTime" and "_id" end every index by themselves.`,
    );
  }
  return { name, fields, staged };
}

function parseSearchIndex(table: string, json: unknown, staged: boolean): SearchIndexDefinition {
  const { name, definition } = indexName(table, json);
  const where = `Search index "${table}.${name}"`;
  return {
    name,
    searchField: fieldPaths(where, [definition.searchField])[0]!,
    filterFields: filterFields(where, definition.filterFields),
    staged,
  };
}

function parseVectorIndex(table: string, json: unknown, staged: boolean): VectorIndexDefinition {
  const { name, definition } = indexName(table, json);
  const where = `Vector index "${table}.${name}"`;
  const { dimensions } = definition;
  if (typeof dimensions !== "number" || !(dimensions >= 2 && dimensions <= 4096)) {
    throw new Error(`${where} must have between 2 and 4096 dimensions.`);
  }
  return {
    name,
    vectorField: fieldPaths(where, [definition.vectorField])[0]!,
    dimensions,
    filterFields: filterFields(where, definition.filterFields),
    staged,
  };
}

function indexName(table: string, json: unknown): { name: string; definition: JsonRecord } {
  if (!isRecord(json) || typeof json.indexDescriptor !== "string") {
    throw new Error(`Every index of table "${table}" must have a name.`);
  }
  const name = checkName(json.indexDescriptor, `Index name in table "${table}"`);
  if (name.startsWith("_") || OWN_INDEXES.has(name)) {
    throw new Error(`Index name "${table}.${name}" is reserved.`);
  }
  return { name, definition: json };
}

function checkIndexNames(table: TableDefinition): void {
  const all = [...table.indexes, ...table.searchIndexes, ...table.vectorIndexes];
  if (all.length > SCHEMA_LIMITS.indexesPerTableMax) {
    throw new Error(
      `Table "${table.name}" has more than ${SCHEMA_LIMITS.indexesPerTableMax} indexes.`,
    );
  }
  const seen = new Set<string>();
  for (const { name } of all) {
    if (seen.has(name)) throw new Error(`Index "${table.name}.${name}" is defined twice.`);
    seen.add(name);
  }
}

function checkDocumentType(table: string, json: unknown): ValidatorJson {
  const documentType = checkValidator(json);
  const isDocument =
    documentType.type === "object" ||
    documentType.type === "record" ||
    documentType.type === "union" ||
    documentType.type === "any";
  if (!isDocument) {
    throw new Error(`The validator of table "${table}" must be an object or a union of objects.`);
  }
  return documentType;
}

function checkName(name: string, what: string): string {
  if (name.length > SCHEMA_LIMITS.nameLengthMax || !NAME.test(name)) {
    throw new Error(
      `${what} "${name.slice(0, 80)}" is invalid: at most ${SCHEMA_LIMITS.nameLengthMax} letters, ` +
        "digits and underscores, not starting with a digit.",
    );
  }
  return name;
}

function fieldPaths(where: string, json: unknown): string[] {
  return list(json).map((path) => {
    if (typeof path !== "string" || path === "" || path.split(".").includes("")) {
      throw new Error(`${where} has an invalid field path ${JSON.stringify(path)}.`);
    }
    return path;
  });
}

function filterFields(where: string, json: unknown): string[] {
  const fields = fieldPaths(where, json);
  if (fields.length > SCHEMA_LIMITS.filterFieldsMax) {
    throw new Error(`${where} has more than ${SCHEMA_LIMITS.filterFieldsMax} filter fields.`);
  }
  return fields;
}

type JsonRecord = Record<string, unknown>;

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
