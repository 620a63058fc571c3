/**
 * JSON as it crosses every boundary of the engine. Values of functions and documents are "encoded
 * JSON": plain JSON in which the objects `{$integer}`, `{$float}` and `{$bytes}` stand for an int64,
 * a special double and bytes. Source: convex 1.48 `values/value.ts`.
 */
export type JSONValue = null | boolean | number | string | JSONValue[] | JSONObject;

/** An object of encoded JSON. A field that is `undefined` is a field that is not there. */
export type JSONObject = { [key: string]: JSONValue | undefined };

/** Whether a JSON value is an object, neither `null` nor an array. */
export function isJSONObject(value: unknown): value is JSONObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
