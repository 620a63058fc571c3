import type { JSONValue } from "../values/json.ts";

/** A field of an object validator. */
export interface FieldValidatorJson {
  fieldType: ValidatorJson;
  optional: boolean;
}

/** A validator as the builders of `convex/values` export it. Source: convex 1.48 `values/validators.ts`. */
export type ValidatorJson =
  | { type: "null" | "number" | "bigint" | "commitTs" | "boolean" | "string" | "bytes" | "any" }
  | { type: "id"; tableName: string }
  | { type: "literal"; value: JSONValue }
  | { type: "array"; value: ValidatorJson }
  | { type: "record"; keys: ValidatorJson; values: FieldValidatorJson }
  | { type: "object"; value: { [field: string]: FieldValidatorJson } }
  | { type: "union"; value: ValidatorJson[] };

const NESTING_MAX = 64;

/**
 * Reads what `exportArgs` or `exportReturns` of a registered function gives.
 *
 * @returns `null` when the function declares no validator (`"null"`).
 * @throws Error when it is not a validator that this version knows.
 */
export function parseValidator(exported: string): ValidatorJson | null {
  const json: unknown = JSON.parse(exported);
  return json === null ? null : checkValidator(json);
}

/**
 * Recognises a validator, so that checking values need not doubt its shape.
 *
 * @throws Error when it is not a validator that this version knows.
 */
export function checkValidator(json: unknown, nesting = 0): ValidatorJson {
  if (nesting > NESTING_MAX)
    throw new Error(`A validator nests deeper than ${NESTING_MAX} levels.`);
  if (!isRecord(json)) throw new Error("A validator must be an object.");
  switch (json.type) {
    case "null":
    case "number":
    case "bigint":
    case "commitTs":
    case "boolean":
    case "string":
    case "bytes":
    case "any":
      return { type: json.type };
    case "id":
      if (typeof json.tableName !== "string") throw new Error("An id validator must name a table.");
      return { type: "id", tableName: json.tableName };
    case "literal":
      return { type: "literal", value: json.value as JSONValue };
    case "array":
      return { type: "array", value: checkValidator(json.value, nesting + 1) };
    case "record":
      return {
        type: "record",
        keys: checkValidator(json.keys, nesting + 1),
        values: checkField(json.values, nesting + 1),
      };
    case "object": {
      if (!isRecord(json.value)) throw new Error("An object validator must have fields.");
      const fields = Object.entries(json.value).map(
        ([name, field]) => [name, checkField(field, nesting + 1)] as const,
      );
      return { type: "object", value: Object.fromEntries(fields) };
    }
    case "union":
      if (!Array.isArray(json.value)) throw new Error("A union validator must have members.");
      return { type: "union", value: json.value.map((v) => checkValidator(v, nesting + 1)) };
    default:
      throw new Error(`Unknown validator type ${JSON.stringify(json.type)}.`);
  }
}

/** Writes a validator as its author would: `v.object({name: v.string()})`. */
export function describeValidator(validator: ValidatorJson): string {
  switch (validator.type) {
    case "bigint":
      return "v.int64()";
    case "number":
      return "v.float64()";
    case "null":
    case "commitTs":
    case "boolean":
    case "string":
    case "bytes":
    case "any":
      return `v.${validator.type}()`;
    case "id":
      return `v.id(${JSON.stringify(validator.tableName)})`;
    case "literal":
      return `v.literal(${JSON.stringify(validator.value)})`;
    case "array":
      return `v.array(${describeValidator(validator.value)})`;
    case "record":
      return `v.record(${describeValidator(validator.keys)}, ${describeField(validator.values)})`;
    case "object": {
      const fields = Object.entries(validator.value);
      return `v.object({${fields.map(([name, f]) => `${name}: ${describeField(f)}`).join(", ")}})`;
    }
    case "union":
      return `v.union(${validator.value.map(describeValidator).join(", ")})`;
    default:
      return validator satisfies never;
  }
}

function describeField(field: FieldValidatorJson): string {
  const text = describeValidator(field.fieldType);
  return field.optional ? `v.optional(${text})` : text;
}

function checkField(json: unknown, nesting: number): FieldValidatorJson {
  if (!isRecord(json)) throw new Error("A field of a validator must be an object.");
  return {
    fieldType: checkValidator(json.fieldType, nesting),
    optional: json.optional === true,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
