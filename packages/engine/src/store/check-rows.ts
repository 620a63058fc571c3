import { createHash } from "node:crypto";
import { EngineError } from "../base/engine-error.ts";
import type { Environment } from "../base/environment.ts";
import type { Persistence } from "../persistence/persistence.ts";
import type { SchemaDefinition, TableDefinition } from "../schema/schema-definition.ts";
import { type ValidationFailure, validateDocument } from "../schema/validator.ts";
import { type Catalog, fullTableName, type Table } from "./catalog.ts";
import { StoredDocument } from "./stored-document.ts";
import { TableSpace } from "./table-space.ts";

const CHECKED_SETTING = "checked_schema";
const ROWS_PER_STEP = 1_000;
const NAMED_ROWS_MAX = 5;

/**
 * Holds the rows that are there to schemas, by component, that have changed, and remembers that they fit it.
 *
 * While a schema is in force no row that it forbids can be written, so that rows need looking at
 * only when its text is another than the last time. Nothing is changed when they do not fit.
 *
 * @throws EngineError "SchemaMismatch" naming table, field and the first ids, a line for each table.
 */
export function checkRows(
  persistence: Persistence,
  catalog: Catalog,
  schemas: ReadonlyMap<string, SchemaDefinition>,
  environment: Environment,
): void {
  const digest = digestOf(schemas);
  if (persistence.readSetting(CHECKED_SETTING) === digest) return;
  const refusals: string[] = [];
  for (const [component, schema] of schemas) {
    if (!schema.schemaValidation) continue;
    for (const definition of schema.tables.values()) {
      const table = catalog.findTable(definition.name, component);
      const refusal = table && checkTable(persistence, catalog, table, definition, environment);
      if (refusal) refusals.push(refusal);
    }
  }
  if (refusals.length > 0) throw new EngineError("SchemaMismatch", refusals.join("\n"));
  persistence.writeSetting(CHECKED_SETTING, digest);
}

/** After rows have come in from elsewhere: the next start looks at all of them. */
export function forgetChecks(persistence: Persistence): void {
  persistence.writeSetting(CHECKED_SETTING, "");
}

/** What is wrong with a table's rows, in one sentence; null when they fit. */
function checkTable(
  persistence: Persistence,
  catalog: Catalog,
  table: Table,
  { documentType }: TableDefinition,
  environment: Environment,
): string | null {
  if (documentType === null) return null;
  const tables = new TableSpace(catalog, table.component);
  const tableNameOfId = (id: string) => tables.tableOfId(id)?.name ?? null;
  const offending: Array<{ id: string; failure: ValidationFailure }> = [];
  let from = "";
  let checked = 0;
  while (offending.length < NAMED_ROWS_MAX) {
    const rows = persistence.scan(table.byId.number, from, null, "asc", ROWS_PER_STEP);
    for (const { id, body } of rows) {
      const { value } = new StoredDocument(id, body);
      const failure = validateDocument(documentType, value, tableNameOfId);
      if (failure) offending.push({ id, failure });
      if (offending.length === NAMED_ROWS_MAX) break;
    }
    if (rows.length < ROWS_PER_STEP) break;
    from = `${rows.at(-1)!.key}\0`;
    checked += rows.length;
    environment.log("info", "Checking rows against a changed schema.", {
      table: fullTableName(table),
      rows: checked,
    });
  }
  const first = offending[0];
  if (!first) return null;
  const { field, message } = first.failure;
  const ids = offending.filter(({ failure }) => failure.field === field).map(({ id }) => id);
  const what = field === "" ? "whole documents" : `field "${field.slice(0, 256)}"`;
  const reason = message.split(/[.\n]/, 1)[0];
  return `Table "${fullTableName(table)}" has rows that the schema does not permit, first ${ids.join(", ")}: ${what}, ${reason}; change the schema or these rows.`;
}

function digestOf(schemas: ReadonlyMap<string, SchemaDefinition>): string {
  const texts = [...schemas].map(([component, { schemaValidation, tables }]) => {
    const types = [...tables.values()].map(({ name, documentType }) => [name, documentType]);
    const text = JSON.stringify(schemaValidation ? types.sort() : null);
    return component === "" ? text : `${component} ${text}`;
  });
  return createHash("sha256").update(texts.sort().join("\n")).digest("base64");
}
