import type { JSONObject, JSONValue } from "./json.ts";
import { readScalar } from "./scalar.ts";

/**
 * Index keys are binary strings: every char code is a byte, so that JavaScript's `<` compares bytes
 * and V8 stores one byte a character. A key is the concatenation of its values; each encoding is
 * prefix-free, so a key over the first fields of an index is a prefix of exactly the keys that
 * agree on them.
 *
 * One tag byte a type, in Convex's order, then:
 *   numbers   8 big-endian bytes whose unsigned order is the value's order
 *   strings   UTF-8 in which 0x00 and 0x01 are escaped, then 0x00
 *   bytes     likewise
 *   arrays    the elements, then 0x00, which is below every tag
 *   objects   (0x01, field name as a string, value) by name, then 0x00
 */
const TAG = {
  undefined: "\x01",
  null: "\x02",
  int64: "\x03",
  float64: "\x04",
  false: "\x05",
  true: "\x06",
  string: "\x07",
  bytes: "\x08",
  array: "\x09",
  object: "\x0a",
} as const;

const END = "\x00";
const FIELD = "\x01";
// biome-ignore lint/suspicious/noControlCharactersInRegex: everything but the two escaped bytes.
const PLAIN = /^[\x02-\x7f]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these two bytes are the escaped ones.
const ESCAPED = /[\x00\x01]/g;
const MAX_INT64 = 0x7fff_ffff_ffff_ffffn;
const NESTING_MAX = 128;

const scratch = new DataView(new ArrayBuffer(8));

/**
 * Encodes values so that keys order as Convex orders the values.
 *
 * @param values Encoded JSON; `undefined` (or `{$undefined: null}`) is a missing field.
 * @returns A binary string; compare with `<`. Keys of equal arity order like their values.
 * @throws Error when a value is not encoded JSON, or nests deeper than any value may.
 * Source: convex 1.48 `values/compare.ts`; SPEC VA1 to VA4.
 */
export function encodeIndexKey(values: ReadonlyArray<JSONValue | undefined>): string {
  let key = "";
  for (const value of values) key += encodeValue(value, 0);
  return key;
}

/**
 * The least key greater than every key that starts with `prefix`.
 *
 * @returns `null` when there is none: nothing lies above.
 */
export function keySuccessor(prefix: string): string | null {
  let end = prefix.length;
  while (end > 0 && prefix.charCodeAt(end - 1) === 0xff) end -= 1;
  if (end === 0) return null;
  return prefix.slice(0, end - 1) + String.fromCharCode(prefix.charCodeAt(end - 1) + 1);
}

function encodeValue(value: JSONValue | undefined, depth: number): string {
  switch (typeof value) {
    case "string":
      return TAG.string + encodeText(value);
    case "number":
      scratch.setFloat64(0, value);
      return TAG.float64 + encodeScratchDouble();
    case "boolean":
      return value ? TAG.true : TAG.false;
    case "undefined":
      return TAG.undefined;
    case "object":
      if (value === null) return TAG.null;
      if (depth > NESTING_MAX) throw new Error("Value is too nested to be an index key.");
      return Array.isArray(value) ? encodeArray(value, depth) : encodeObject(value, depth);
    default:
      throw new Error(`Unexpected type of ${String(value)}`);
  }
}

function encodeArray(values: JSONValue[], depth: number): string {
  let key: string = TAG.array;
  for (const value of values) key += encodeValue(value, depth + 1);
  return key + END;
}

function encodeObject(object: JSONObject, depth: number): string {
  const scalar = readScalar(object);
  if (scalar !== null) {
    switch (scalar.type) {
      case "int64":
        return TAG.int64 + encodeInt64Key(scalar.value);
      case "float64":
        // From the stored bytes and not from the number: a NaN may lose its sign on the way.
        new Uint8Array(scratch.buffer).set(scalar.bytes.slice().reverse());
        return TAG.float64 + encodeScratchDouble();
      case "bytes":
        return TAG.bytes + escapeEnds(Buffer.from(scalar.value).toString("latin1")) + END;
      case "undefined":
        return TAG.undefined;
      case "commitTs":
        // Not resolved yet, and later than everything that is.
        return TAG.int64 + encodeInt64Key(MAX_INT64);
      default:
        return scalar satisfies never;
    }
  }
  let key: string = TAG.object;
  for (const name of Object.keys(object).sort()) {
    const value = object[name];
    if (value !== undefined) key += FIELD + encodeText(name) + encodeValue(value, depth + 1);
  }
  return key + END;
}

function encodeText(text: string): string {
  if (PLAIN.test(text)) return text + END;
  const bytes = text.isWellFormed() ? Buffer.from(text, "utf8") : wobblyBytes(text);
  return escapeEnds(bytes.toString("latin1")) + END;
}

function escapeEnds(bytes: string): string {
  return bytes.replace(ESCAPED, (byte) => (byte === "\x00" ? "\x01\x01" : "\x01\x02"));
}

/**
 * UTF-8 that keeps lone surrogates apart. No stored string has one, but an argument may be compared
 * with stored ones, and replacing it would make it equal to a real U+FFFD.
 */
function wobblyBytes(text: string): Buffer {
  const parts: Buffer[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    parts.push(
      code >= 0xd800 && code <= 0xdfff
        ? Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)])
        : Buffer.from(character, "utf8"),
    );
  }
  return Buffer.concat(parts);
}

/** IEEE total order as unsigned order: negative doubles are complemented, others get the top bit. */
function encodeScratchDouble(): string {
  const high = scratch.getInt32(0);
  const low = scratch.getInt32(4);
  return high < 0
    ? fourBytes(~high) + fourBytes(~low)
    : fourBytes(high ^ (1 << 31)) + fourBytes(low);
}

function encodeInt64Key(value: bigint): string {
  scratch.setBigInt64(0, value);
  return fourBytes(scratch.getInt32(0) ^ (1 << 31)) + fourBytes(scratch.getInt32(4));
}

function fourBytes(word: number): string {
  return String.fromCharCode(word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff);
}
