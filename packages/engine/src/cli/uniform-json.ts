import { isJSONObject, type JSONValue } from "../values/json.ts";
import { readScalar } from "../values/scalar.ts";

/**
 * Documents as Convex's snapshots write them where a table's `generated_schema.jsonl` says
 * "uniform": JSON in which numbers with a point or an exponent are doubles and all others int64.
 * Special doubles and bytes stay as encoded JSON writes them.
 */

/** A text is skipped as a whole, so that digits in it are never taken for a number. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const INTEGER = /^-?\d+$/;

export function writeUniform(value: JSONValue): string {
  if (typeof value === "number") {
    const text = JSON.stringify(value);
    return INTEGER.test(text) ? `${text}.0` : text;
  }
  if (Array.isArray(value)) return `[${value.map(writeUniform).join(",")}]`;
  if (!isJSONObject(value)) return JSON.stringify(value);
  const scalar = readScalar(value);
  if (scalar?.type === "int64") return String(scalar.value);
  if (scalar) return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([name, field]) => `${JSON.stringify(name)}:${writeUniform(field as JSONValue)}`,
  );
  return `{${fields.join(",")}}`;
}

/** @throws SyntaxError for what is no JSON, RangeError for an integer of more than 64 bits. */
export function readUniform(text: string): JSONValue {
  const encoded = text.replace(STRING_OR_NUMBER, (token) =>
    INTEGER.test(token) ? encodeInteger(BigInt(token)) : token,
  );
  return JSON.parse(encoded) as JSONValue;
}

function encodeInteger(value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return `{"$integer":"${bytes.toString("base64")}"}`;
}
