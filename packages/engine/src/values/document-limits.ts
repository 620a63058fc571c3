import { isJSONObject, type JSONObject, type JSONValue } from "./json.ts";
import { readScalar } from "./scalar.ts";

/** Limits of one document and of one value in transit. The figures are Convex's. */
export const VALUE_LIMITS = {
  documentBytesMax: 1024 * 1024,
  documentNestingMax: 16,
  valueBytesMax: 16 * 1024 * 1024,
  valueNestingMax: 64,
  arrayLengthMax: 8192,
  objectFieldsMax: 1024,
  fieldNameLengthMax: 1024,
} as const;

/**
 * Refuses a document that may not be stored: too large, too nested, with a reserved or impossible
 * field name, with broken Unicode, or with something that is not a value.
 *
 * @param options.allowSystemFields For documents read back whole, with `_id` and `_creationTime`.
 * @returns The document's size in bytes, as Convex counts it (`getConvexSize`).
 * @throws Error with a sentence for the author of the function.
 */
export function checkDocument(
  document: JSONObject,
  options: { allowSystemFields?: boolean } = {},
): number {
  if (!isJSONObject(document) || readScalar(document) !== null) {
    throw new Error("A document must be an object.");
  }
  if (options.allowSystemFields !== true) {
    for (const name of Object.keys(document)) {
      if (name.startsWith("_") && document[name] !== undefined) {
        throw new Error(
          `Field '${name}' starts with an underscore, which is only allowed for system fields like '_id'`,
        );
      }
    }
  }
  return measure(document, VALUE_LIMITS.documentBytesMax, VALUE_LIMITS.documentNestingMax);
}

/**
 * Refuses a value that no function may be given or return.
 *
 * @returns The value's size in bytes, as Convex counts it.
 * @throws Error with a sentence that names the limit.
 */
export function checkValue(
  value: JSONValue,
  options: { bytesMax?: number; nestingMax?: number } = {},
): number {
  const { bytesMax = VALUE_LIMITS.valueBytesMax, nestingMax = VALUE_LIMITS.valueNestingMax } =
    options;
  return measure(value, bytesMax, nestingMax);
}

/** Walks with a list of its own: a hostile depth must meet the limit, not the end of the stack. */
function measure(root: JSONValue, bytesMax: number, nestingMax: number): number {
  const pending: { value: JSONValue; depth: number }[] = [{ value: root, depth: 0 }];
  let bytes = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next;
    if (typeof value !== "object" || value === null) {
      bytes += sizeOfPlain(value);
    } else if (Array.isArray(value)) {
      checkNesting(depth + 1, nestingMax);
      if (value.length > VALUE_LIMITS.arrayLengthMax) {
        throw new Error(
          `Array length is too long (${value.length} > maximum length ${VALUE_LIMITS.arrayLengthMax})`,
        );
      }
      bytes += 2;
      for (const element of value) pending.push({ value: element, depth: depth + 1 });
    } else {
      const scalarBytes = sizeOfScalar(value);
      if (scalarBytes !== null) {
        bytes += scalarBytes;
        continue;
      }
      checkNesting(depth + 1, nestingMax);
      bytes += 2;
      let fields = 0;
      for (const name of Object.keys(value)) {
        const field = value[name];
        if (field === undefined) continue;
        checkFieldName(name);
        fields += 1;
        bytes += name.length + 1;
        pending.push({ value: field, depth: depth + 1 });
      }
      if (fields > VALUE_LIMITS.objectFieldsMax) {
        throw new Error(
          `Object has too many fields (${fields} > maximum number ${VALUE_LIMITS.objectFieldsMax})`,
        );
      }
    }
    if (bytes > bytesMax) {
      throw new Error(`Value is too large (more than the maximum size ${formatBytes(bytesMax)})`);
    }
  }
  return bytes;
}

function sizeOfPlain(value: null | boolean | number | string): number {
  switch (typeof value) {
    case "number":
      return 9;
    case "string":
      if (!value.isWellFormed()) {
        throw new Error("Strings must be valid Unicode: this one has a surrogate without its pair");
      }
      return 2 + Buffer.byteLength(value, "utf8");
    case "boolean":
      return 1;
    default:
      if (value === null) return 1;
      throw new Error(`${typeof value} is not a supported Convex type.`);
  }
}

function sizeOfScalar(object: JSONObject): number | null {
  const scalar = readScalar(object);
  if (scalar === null) return null;
  switch (scalar.type) {
    case "int64":
    case "float64":
    case "commitTs":
      return 9;
    case "bytes":
      return 2 + scalar.value.length;
    case "undefined":
      throw new Error("undefined is not a valid Convex value.");
    default:
      return scalar satisfies never;
  }
}

function checkNesting(nesting: number, nestingMax: number): void {
  if (nesting > nestingMax) {
    throw new Error(
      `Value is too nested (nested ${nesting} levels deep > maximum nesting ${nestingMax})`,
    );
  }
}

function checkFieldName(name: string): void {
  if (name.length > VALUE_LIMITS.fieldNameLengthMax) {
    throw new Error(
      `Field name ${name.slice(0, 64)}… exceeds maximum field name length ${VALUE_LIMITS.fieldNameLengthMax}.`,
    );
  }
  // The client library would take it for the prototype of the object that it builds.
  if (name === "__proto__") throw new Error("Field name __proto__ is reserved.");
  if (name === "") throw new Error("Field name cannot be empty.");
  if (name.startsWith("$")) {
    throw new Error(`Field name ${name} starts with a '$', which is reserved.`);
  }
  for (let i = 0; i < name.length; i += 1) {
    const code = name.charCodeAt(i);
    if (code < 32 || code >= 127) {
      throw new Error(
        `Field name ${JSON.stringify(name)} has an invalid character: Field names can only contain non-control ASCII characters`,
      );
    }
  }
}

function formatBytes(bytes: number): string {
  const mebibytes = bytes / (1024 * 1024);
  return mebibytes >= 1 ? `${mebibytes} MiB` : `${bytes} bytes`;
}
