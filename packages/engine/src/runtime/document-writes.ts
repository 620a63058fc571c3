import { documentError, validateDocument } from "../schema/validator.ts";
import type { Table } from "../store/catalog.ts";
import { StoredDocument } from "../store/stored-document.ts";
import { checkDocument } from "../values/document-limits.ts";
import type { JSONObject, JSONValue } from "../values/json.ts";
import type { Component } from "./components.ts";
import { FunctionCallError } from "./function-error.ts";
import { newDocumentId } from "./new-document-id.ts";
import type { RuntimeServices } from "./services.ts";
import type { TransactionState } from "./transaction-state.ts";

/** The verbs as error texts name them. */
type Verb = "get" | "patch" | "replace" | "delete";
const DONE_TO: Record<Verb, string> = {
  get: "Get",
  patch: "Update",
  replace: "Replace",
  delete: "Delete",
};

/** `ctx.db.insert`: returns the new id. */
export function insertDocument(
  services: RuntimeServices,
  component: Component,
  state: TransactionState,
  tableName: string,
  fields: JSONObject,
): string {
  const table = component.tables.ensureTable(tableName);
  checkFields(component, table, fields);
  const id = newDocumentId(services.environment, table);
  writeDocument(state, table, id, fields, state.nextCreationTime(), null);
  return id;
}

/** `ctx.db.patch`: fields given as `{$undefined: null}` are removed. */
export function patchDocument(
  component: Component,
  state: TransactionState,
  id: string,
  changes: JSONObject,
  tableName: string | undefined,
): StoredDocument {
  const { table, document } = requireDocument(component, state, id, tableName, "patch");
  const { _id, _creationTime, ...fields } = document.value;
  for (const [field, value] of Object.entries(changes)) {
    if (checkSystemField(field, value, document)) continue;
    if (isUndefined(value)) delete fields[field];
    else fields[field] = value;
  }
  checkFields(component, table, fields);
  return writeDocument(state, table, id, fields, document.creationTime, document);
}

/** `ctx.db.replace`. */
export function replaceDocument(
  component: Component,
  state: TransactionState,
  id: string,
  value: JSONObject,
  tableName: string | undefined,
): StoredDocument {
  const { table, document } = requireDocument(component, state, id, tableName, "replace");
  const fields: JSONObject = {};
  for (const [field, part] of Object.entries(value)) {
    if (!checkSystemField(field, part, document)) fields[field] = part;
  }
  checkFields(component, table, fields);
  return writeDocument(state, table, id, fields, document.creationTime, document);
}

/** `ctx.db.delete`: returns what was there. */
export function removeDocument(
  component: Component,
  state: TransactionState,
  id: string,
  tableName: string | undefined,
): StoredDocument {
  const { table, document } = requireDocument(component, state, id, tableName, "delete");
  state.transaction.write(table, id, null, document);
  return document;
}

/**
 * The table that an id names, held to the table that the caller named.
 *
 * @returns null for a well-formed id of a table that does not exist.
 */
export function tableOfId(
  component: Component,
  id: string,
  tableName: string | undefined,
  verb: Verb,
): Table | null {
  const table = component.tables.tableOfId(id);
  if (!table && tableName === undefined) {
    throw new FunctionCallError(
      `Invalid argument \`id\` for \`db.${verb}\`: Unable to decode ID: ${id.slice(0, 64)}`,
    );
  }
  if (tableName !== undefined && table?.name !== tableName) {
    const got = table ? `Id<"${table.name}">` : `'${id.slice(0, 64)}'`;
    throw new FunctionCallError(
      `Invalid argument \`id\` for \`db.${verb}\`: expected to be an Id<"${tableName}">, got ${got} instead.`,
    );
  }
  return table;
}

function requireDocument(
  component: Component,
  state: TransactionState,
  id: string,
  tableName: string | undefined,
  verb: Verb,
): { table: Table; document: StoredDocument } {
  const table = tableOfId(component, id, tableName, verb);
  if (table?.name.startsWith("_")) {
    throw new FunctionCallError("System tables (prefixed with `_`) are read-only.");
  }
  const document = table && state.transaction.get(table, id);
  if (!document) throw new FunctionCallError(`${DONE_TO[verb]} on nonexistent document ID ${id}`);
  return { table, document };
}

function writeDocument(
  state: TransactionState,
  table: Table,
  id: string,
  fields: JSONObject,
  creationTime: number,
  current: StoredDocument | null,
): StoredDocument {
  const value: JSONObject = { ...fields, _creationTime: creationTime, _id: id };
  const document = new StoredDocument(id, JSON.stringify(value), value);
  state.transaction.write(table, id, document, current);
  return document;
}

function checkFields(component: Component, table: Table, fields: JSONObject): void {
  checkDocument(fields);
  const type = component.schema.schemaValidation ? table.definition?.documentType : null;
  if (!type) return;
  const failure = validateDocument(
    type,
    fields,
    (id) => component.tables.tableOfId(id)?.name ?? null,
  );
  if (failure) throw new FunctionCallError(documentError(failure, table.name));
}

/** True for a system field that is given as it is; giving another value is an error. */
function checkSystemField(
  field: string,
  value: JSONValue | undefined,
  document: StoredDocument,
): boolean {
  if (field !== "_id" && field !== "_creationTime") return false;
  if (value !== document.value[field]) {
    throw new FunctionCallError(
      `Provided document's \`${field}\` value ${JSON.stringify(value)} does not match the document's own ${JSON.stringify(document.value[field])}: system fields cannot be changed.`,
    );
  }
  return true;
}

function isUndefined(value: JSONValue | undefined): boolean {
  return typeof value === "object" && value !== null && "$undefined" in value;
}
