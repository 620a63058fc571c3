import { isJSONObject, type JSONValue } from "./json.ts";
import { readScalar } from "./scalar.ts";

const LENGTH_MAX = 1024;
const NESTING_MAX = 8;

/** Writes a value for a person, as its author would have: `{name: "Ada", born: 1815.0, age: 36n}`. */
export function displayValue(value: JSONValue | undefined): string {
  const text = display(value, 0);
  if (text.length <= LENGTH_MAX) return text;
  return `${text.slice(0, LENGTH_MAX).toWellFormed()}[...truncated]`;
}

function display(value: JSONValue | undefined, nesting: number): string {
  if (value === undefined) return "undefined";
  if (typeof value === "number") return displayNumber(value);
  if (typeof value === "string") {
    // No more than is going to be shown: the text of an error may not cost what the value costs.
    return JSON.stringify(value.length > LENGTH_MAX ? value.slice(0, LENGTH_MAX + 1) : value);
  }
  if (typeof value !== "object" || value === null) return String(value);
  if (nesting > NESTING_MAX) return "...";
  if (Array.isArray(value)) {
    return `[${joinWithin(value.map((element) => () => display(element, nesting + 1)))}]`;
  }
  return displayObject(value, nesting);
}

function displayObject(value: JSONValue, nesting: number): string {
  if (!isJSONObject(value)) return "";
  const scalar = readScalarLeniently(value);
  if (scalar !== null) return scalar;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${joinWithin(
    fields.map(
      ([name, f]) =>
        () =>
          `${name}: ${display(f, nesting + 1)}`,
    ),
  )}}`;
}

// What is displayed is often what was wrong, so that a malformed scalar is shown and not thrown.
function readScalarLeniently(value: { [key: string]: JSONValue | undefined }): string | null {
  try {
    const scalar = readScalar(value);
    switch (scalar?.type) {
      case undefined:
        return null;
      case "int64":
        return `${scalar.value}n`;
      case "float64":
        return displayNumber(scalar.value);
      case "bytes":
        return `[${scalar.value.length} bytes]`;
      case "undefined":
        return "undefined";
      case "commitTs":
        return "[unresolved commit timestamp]";
      default:
        return scalar satisfies never;
    }
  } catch {
    return "[malformed value]";
  }
}

function displayNumber(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}

function joinWithin(parts: (() => string)[]): string {
  let text = "";
  for (const [i, part] of parts.entries()) {
    if (i > 0) text += ", ";
    text += part();
    if (text.length > LENGTH_MAX) break;
  }
  return text;
}
