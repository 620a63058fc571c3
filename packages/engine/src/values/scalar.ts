import type { JSONObject } from "./json.ts";

/** What an encoded object stands for when it is not an ordinary object. */
export type Scalar =
  | { type: "int64"; value: bigint }
  | { type: "float64"; value: number; bytes: Uint8Array }
  | { type: "bytes"; value: Uint8Array }
  | { type: "undefined" }
  | { type: "commitTs" };

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads the `$`-objects of encoded JSON; `null` for an ordinary object.
 *
 * @throws Error when the object is marked with `$` but is none of the known forms.
 */
export function readScalar(object: JSONObject): Scalar | null {
  const key = scalarMarker(object);
  if (key === null) return null;
  const value = object[key];
  switch (key) {
    case "$integer": {
      const bytes = decodeBytes(key, value, 8);
      return { type: "int64", value: viewOf(bytes).getBigInt64(0, true) };
    }
    case "$float": {
      const bytes = decodeBytes(key, value, 8);
      return { type: "float64", value: viewOf(bytes).getFloat64(0, true), bytes };
    }
    case "$bytes":
      return { type: "bytes", value: decodeBytes(key, value, null) };
    case "$undefined":
      return { type: "undefined" };
    case "$commitTs":
      return { type: "commitTs" };
    default:
      throw new Error(`Field name ${key} starts with a '$', which is reserved.`);
  }
}

/**
 * The `$` key of an object that stands for a scalar, without reading what is under it.
 *
 * @returns `null` for an ordinary object.
 */
export function scalarMarker(object: JSONObject): string | null {
  let only: string | null = null;
  for (const key in object) {
    if (object[key] === undefined) continue;
    if (only !== null) return null;
    only = key;
  }
  return only?.charCodeAt(0) === 0x24 ? only : null;
}

/** The encoded form of an int64. */
export function encodeInt64(value: bigint): JSONObject {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return { $integer: bytes.toString("base64") };
}

/** The encoded form of a double: a plain number, except for those that JSON cannot carry. */
export function encodeFloat64(value: number): number | JSONObject {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return { $float: bytes.toString("base64") };
}

function decodeBytes(key: string, text: unknown, length: number | null): Uint8Array {
  // Buffer's decoder skips what it does not know, and two texts for one value would be two keys.
  if (typeof text !== "string" || !BASE64.test(text)) throw new Error(`Malformed ${key} field.`);
  const bytes = Buffer.from(text, "base64");
  if (length !== null && bytes.length !== length) {
    throw new Error(`Received ${bytes.length} bytes, expected ${length} for ${key}`);
  }
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
