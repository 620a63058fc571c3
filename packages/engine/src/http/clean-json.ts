import { isJSONObject, type JSONObject, type JSONValue } from "../values/json.ts";
import { readScalar } from "../values/scalar.ts";

/**
 * The format `json` for clients without Convex's library: nothing is marked with `$`. An int64 is
 * its decimal digits, bytes are base64, and a double that JSON cannot carry is its name.
 */
export function cleanJson(value: JSONValue | undefined): JSONValue {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(cleanJson);
  return isJSONObject(value) ? cleanObject(value) : value;
}

function cleanObject(object: JSONObject): JSONValue {
  const scalar = readScalar(object);
  switch (scalar?.type) {
    case undefined: {
      const fields = Object.entries(object).filter(([, field]) => field !== undefined);
      return Object.fromEntries(fields.map(([name, field]) => [name, cleanJson(field)]));
    }
    case "int64":
      return String(scalar.value);
    case "float64":
      return Object.is(scalar.value, -0) ? -0 : String(scalar.value);
    case "bytes":
      return Buffer.from(scalar.value).toString("base64");
    case "undefined":
    case "commitTs":
      return null;
    default:
      return scalar satisfies never;
  }
}
