/**
 * A document id says which table it is of, so that `v.id("users")` and `normalizeId` need no look-up:
 * lower-case Crockford base32 of
 *   table number as a base-128 varint (1 to 5 bytes) · 16 bytes · checksum (2 bytes).
 * 31 to 37 characters. Source: the id layout of Convex; SPEC VA6, VA7.
 */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const INTERNAL_BYTES = 16;
const LENGTH_MIN = 31;
const LENGTH_MAX = 37;
const TABLE_NUMBER_MAX = 0xffff_ffff;

const DIGITS: ReadonlyMap<string, number> = new Map([...ALPHABET].map((c, i) => [c, i]));

/**
 * Builds the id of a document.
 *
 * @param tableNumber 1 to 2^32 - 1.
 * @param internalId 16 bytes, unique in the table.
 */
export function encodeDocumentId(tableNumber: number, internalId: Uint8Array): string {
  if (!Number.isInteger(tableNumber) || tableNumber < 1 || tableNumber > TABLE_NUMBER_MAX) {
    throw new Error(`A table number must be a positive 32-bit integer, not ${tableNumber}.`);
  }
  if (internalId.length !== INTERNAL_BYTES) {
    throw new Error(`An internal id must be 16 bytes, not ${internalId.length}.`);
  }
  const bytes: number[] = [];
  let rest = tableNumber;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest, ...internalId);
  bytes.push(...checksum(bytes));
  return encodeBase32(bytes);
}

/**
 * Takes an id apart. Strict: any text has at most one reading, and only `encodeDocumentId`'s own
 * output has one.
 *
 * @returns `null` for everything that is not an id; never throws.
 */
export function decodeDocumentId(
  id: string,
): { tableNumber: number; internalId: Uint8Array } | null {
  if (typeof id !== "string" || id.length < LENGTH_MIN || id.length > LENGTH_MAX) return null;
  const bytes = decodeBase32(id);
  if (bytes === null) return null;
  const bodyLength = bytes.length - 2;
  const prefixLength = bodyLength - INTERNAL_BYTES;
  const tableNumber = decodeVarint(bytes.subarray(0, prefixLength));
  if (tableNumber === null) return null;
  const [first, second] = checksum(bytes.subarray(0, bodyLength));
  if (bytes[bodyLength] !== first || bytes[bodyLength + 1] !== second) return null;
  return { tableNumber, internalId: bytes.slice(prefixLength, bodyLength) };
}

// Fletcher's idea with accumulators modulo 256 instead of 255: this is what existing ids carry.
function checksum(bytes: Iterable<number>): [number, number] {
  let sum = 0;
  let sumOfSums = 0;
  for (const byte of bytes) {
    sum = (sum + byte) & 0xff;
    sumOfSums = (sumOfSums + sum) & 0xff;
  }
  return [sum, sumOfSums];
}

function decodeVarint(bytes: Uint8Array): number | null {
  if (bytes.length < 1 || bytes.length > 5) return null;
  let value = 0;
  for (let i = bytes.length - 1; i >= 0; i -= 1) {
    const byte = bytes[i]!;
    const isLast = i === bytes.length - 1;
    if (byte >= 0x80 === isLast) return null;
    value = value * 0x80 + (byte & 0x7f);
  }
  // A last byte of zero would be a second spelling of the same number.
  const isCanonical = bytes.length === 1 || bytes[bytes.length - 1] !== 0;
  return isCanonical && value >= 1 && value <= TABLE_NUMBER_MAX ? value : null;
}

function encodeBase32(bytes: readonly number[]): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0x1fff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(buffer >>> bits) & 31];
    }
  }
  return bits > 0 ? text + ALPHABET[(buffer << (5 - bits)) & 31] : text;
}

function decodeBase32(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  // A length that no whole number of bytes has would be a second spelling of a shorter text.
  if (Math.ceil((bytes.length * 8) / 5) !== text.length) return null;
  let buffer = 0;
  let bits = 0;
  let at = 0;
  for (const character of text) {
    const digit = DIGITS.get(character);
    if (digit === undefined) return null;
    buffer = ((buffer << 5) | digit) & 0x1fff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (buffer >>> bits) & 0xff;
      at += 1;
    }
  }
  return (buffer & ((1 << bits) - 1)) === 0 ? bytes : null;
}
