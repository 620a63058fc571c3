import { displayValue } from "../values/display.ts";
import { isJSONObject, type JSONObject, type JSONValue } from "../values/json.ts";
import { scalarMarker } from "../values/scalar.ts";
import {
  describeValidator,
  type FieldValidatorJson,
  type ValidatorJson,
} from "./validator-json.ts";

export type { FieldValidatorJson, ValidatorJson } from "./validator-json.ts";

/** Why a value does not match, in Convex's words and without a prefix. */
export interface ValidationFailure {
  message: string;
  /** Where: the path of the field that is wrong, missing or too many; empty for the whole value. */
  field: string;
}

type FailureText = Pick<ValidationFailure, "message">;

/** A failure on its way out: every level that it leaves puts its step in front of the path. */
interface Mismatch {
  path: string;
  /** The field of the object at `path` that is missing or too many. */
  name?: string;
  write: (path: string) => string;
}

type TableNameOfId = (id: string) => string | null;

/**
 * Checks a value against a validator.
 *
 * @param value Encoded JSON; `undefined` is a missing value, which only an optional field may be.
 * @param tableNameOfId Which table an id is of; `null` when the text is not an id.
 * @returns `null` when the value matches, else the first thing that does not.
 * Source: convex 1.48 `values/validators.ts` and Convex's texts; SPEC SC5 to SC9.
 */
export function validateValue(
  validator: ValidatorJson,
  value: JSONValue | undefined,
  tableNameOfId: TableNameOfId,
): ValidationFailure | null {
  const mismatch = check(validator, value, tableNameOfId);
  if (mismatch === null) return null;
  const { path, name } = mismatch;
  const field = (name === undefined ? path : `${path}.${name}`).replace(/^\./, "");
  return { message: mismatch.write(path), field };
}

/**
 * Checks a document against its table's validator, which does not speak of the system fields.
 *
 * @returns `null` when the document matches.
 */
export function validateDocument(
  validator: ValidatorJson,
  document: JSONObject,
  tableNameOfId: TableNameOfId,
): ValidationFailure | null {
  const { _id, _creationTime, ...fields } = document;
  return validateValue(validator, fields, tableNameOfId);
}

/** The text for arguments that do not match. */
export function argumentError(failure: FailureText): string {
  return `ArgumentValidationError: ${failure.message}`;
}

/** The text for a result that does not match. */
export function returnError(failure: FailureText): string {
  return `ReturnsValidationError: ${failure.message}`;
}

/** The text for a document that does not match its table. */
export function documentError(failure: FailureText, table: string): string {
  return (
    `Failed to insert or update a document in table "${table}" because it does not match the ` +
    `schema: ${failure.message}`
  );
}

function check(
  validator: ValidatorJson,
  value: JSONValue | undefined,
  tableNameOfId: TableNameOfId,
): Mismatch | null {
  if (value === undefined) return wrongValue(validator, value);
  switch (validator.type) {
    case "any":
      return null;
    case "null":
      return value === null ? null : wrongValue(validator, value);
    case "boolean":
    case "string":
      return typeof value === validator.type ? null : wrongValue(validator, value);
    case "number":
      return typeof value === "number" || markerOf(value) === "$float"
        ? null
        : wrongValue(validator, value);
    case "bigint":
    case "commitTs":
      // A placeholder counts as the int64 that it will be after the commit.
      return markerOf(value) === "$commitTs" || markerOf(value) === "$integer"
        ? null
        : wrongValue(validator, value);
    case "bytes":
      return markerOf(value) === "$bytes" ? null : wrongValue(validator, value);
    case "literal":
      return isSameLiteral(validator.value, value) ? null : wrongValue(validator, value);
    case "id":
      return checkId(validator, value, tableNameOfId);
    case "array":
      return checkArray(validator, value, tableNameOfId);
    case "object":
      return checkObject(validator, value, tableNameOfId);
    case "record":
      return checkRecord(validator, value, tableNameOfId);
    case "union":
      return checkUnion(validator, value, tableNameOfId);
    default:
      return validator satisfies never;
  }
}

function checkId(
  validator: Extract<ValidatorJson, { type: "id" }>,
  value: JSONValue,
  tableNameOfId: TableNameOfId,
): Mismatch | null {
  if (typeof value !== "string") return wrongValue(validator, value);
  const table = tableNameOfId(value);
  if (table === validator.tableName) return null;
  if (table === null) return wrongValue(validator, value);
  return {
    path: "",
    write: (path) =>
      `Found ID "${value}" from table \`${table}\`, which does not match the table name in ` +
      `validator \`${describeValidator(validator)}\`.${pathLine(path)}`,
  };
}

function checkArray(
  validator: Extract<ValidatorJson, { type: "array" }>,
  value: JSONValue,
  tableNameOfId: TableNameOfId,
): Mismatch | null {
  if (!Array.isArray(value)) return wrongValue(validator, value);
  for (let i = 0; i < value.length; i += 1) {
    const mismatch = check(validator.value, value[i], tableNameOfId);
    if (mismatch !== null) return within(`[${i}]`, mismatch);
  }
  return null;
}

function checkObject(
  validator: Extract<ValidatorJson, { type: "object" }>,
  value: JSONValue,
  tableNameOfId: TableNameOfId,
): Mismatch | null {
  if (!isPlainObject(value)) return wrongValue(validator, value);
  for (const name in validator.value) {
    const field = validator.value[name]!;
    const fieldValue = Object.hasOwn(value, name) ? value[name] : undefined;
    if (fieldValue === undefined) {
      if (!field.optional) return missingField(validator, value, name);
      continue;
    }
    const mismatch = check(field.fieldType, fieldValue, tableNameOfId);
    if (mismatch !== null) return within(`.${name}`, mismatch);
  }
  for (const name in value) {
    if (value[name] !== undefined && !Object.hasOwn(validator.value, name)) {
      return extraField(validator, value, name);
    }
  }
  return null;
}

function checkRecord(
  validator: Extract<ValidatorJson, { type: "record" }>,
  value: JSONValue,
  tableNameOfId: TableNameOfId,
): Mismatch | null {
  if (!isPlainObject(value)) return wrongValue(validator, value);
  for (const name of Object.keys(value)) {
    const fieldValue = value[name];
    if (fieldValue === undefined) continue;
    const mismatch =
      check(validator.keys, name, tableNameOfId) ??
      check(validator.values.fieldType, fieldValue, tableNameOfId);
    if (mismatch !== null) return within(`.${name}`, mismatch);
  }
  return null;
}

/**
 * Nothing is more use to an author than the failure of the member that was meant: the only one of
 * the value's shape, or the only one whose literal fields are the value's. Else the whole union.
 */
function checkUnion(
  validator: Extract<ValidatorJson, { type: "union" }>,
  value: JSONValue,
  tableNameOfId: TableNameOfId,
): Mismatch | null {
  const meant: Mismatch[] = [];
  for (const member of validator.value) {
    const mismatch = check(member, value, tableNameOfId);
    if (mismatch === null) return null;
    if (isMeant(member, value)) meant.push(mismatch);
  }
  return meant.length === 1 ? meant[0]! : wrongValue(validator, value);
}

function isMeant(member: ValidatorJson, value: JSONValue): boolean {
  switch (member.type) {
    case "array":
      return Array.isArray(value);
    case "record":
      return isPlainObject(value);
    case "id":
      return typeof value === "string";
    case "object":
      return (
        isPlainObject(value) &&
        Object.entries(member.value).every(([name, field]) => mayBe(field, value[name]))
      );
    default:
      return false;
  }
}

function mayBe(field: FieldValidatorJson, value: JSONValue | undefined): boolean {
  return (
    field.fieldType.type !== "literal" ||
    (value !== undefined && isSameLiteral(field.fieldType.value, value))
  );
}

function isSameLiteral(literal: JSONValue, value: JSONValue): boolean {
  if (typeof literal !== "object" || literal === null) return literal === value;
  // An int64 or a special double: one key, one text.
  const marker = isJSONObject(literal) ? scalarMarker(literal) : null;
  return (
    marker !== null &&
    isJSONObject(literal) &&
    isJSONObject(value) &&
    scalarMarker(value) === marker &&
    literal[marker] === value[marker]
  );
}

function isPlainObject(value: JSONValue): value is JSONObject {
  return isJSONObject(value) && scalarMarker(value) === null;
}

function markerOf(value: JSONValue): string | null {
  return isJSONObject(value) ? scalarMarker(value) : null;
}

function within(step: string, mismatch: Mismatch): Mismatch {
  mismatch.path = step + mismatch.path;
  return mismatch;
}

function wrongValue(validator: ValidatorJson, value: JSONValue | undefined): Mismatch {
  return {
    path: "",
    write: (path) =>
      `Value does not match validator.${pathLine(path)}\n` +
      `Value: ${displayValue(value)}\nValidator: ${describeValidator(validator)}`,
  };
}

function missingField(validator: ValidatorJson, object: JSONObject, name: string): Mismatch {
  return {
    path: "",
    name,
    write: (path) =>
      `Object is missing the required field \`${name}\`. Consider wrapping the field validator in ` +
      `\`v.optional(...)\` if this is expected.\n${pathLine(path)}\n` +
      `Object: ${displayValue(object)}\nValidator: ${describeValidator(validator)}`,
  };
}

function extraField(validator: ValidatorJson, object: JSONObject, name: string): Mismatch {
  return {
    path: "",
    name,
    write: (path) =>
      `Object contains extra field \`${name.slice(0, 256)}\` that is not in the validator.\n${pathLine(path)}\n` +
      `Object: ${displayValue(object)}\nValidator: ${describeValidator(validator)}`,
  };
}

function pathLine(path: string): string {
  return path === "" ? "" : `\nPath: ${path.slice(0, 1024)}`;
}
