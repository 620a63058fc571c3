import { isJSONObject, type JSONObject, type JSONValue } from "./json.ts";

/**
 * Reads a field by its dotted path, as indexes and filters name it.
 *
 * @returns `undefined` when the field, or an object on the way to it, is missing.
 */
export function readField(document: JSONObject, path: string): JSONValue | undefined {
  if (!path.includes(".")) return ownField(document, path);
  let value: JSONValue | undefined = document;
  for (const name of path.split(".")) {
    if (!isJSONObject(value)) return undefined;
    value = ownField(value, name);
  }
  return value;
}

// Names that Object.prototype knows are ordinary field names; those with `$` mark encoded scalars.
function ownField(object: JSONObject, name: string): JSONValue | undefined {
  return Object.hasOwn(object, name) && name.charCodeAt(0) !== 0x24 ? object[name] : undefined;
}
