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

/** The value of a digit by its char code; 255 for everything that is none. */
const DIGITS = new Uint8Array(128).fill(255);
for (let i = 0; i < ALPHABET.length; i += 1) DIGITS[ALPHABET.charCodeAt(i)] = i;

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
  const bytes = new Uint8Array(varintLength(tableNumber) + INTERNAL_BYTES + 2);
  let at = 0;
  let rest = tableNumber;
  while (rest >= 0x80) {
    bytes[at] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    at += 1;
  }
  bytes[at] = rest;
  bytes.set(internalId, at + 1);
  bytes.set(checksum(bytes, bytes.length - 2), bytes.length - 2);
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
  const [first, second] = checksum(bytes, bodyLength);
  if (bytes[bodyLength] !== first || bytes[bodyLength + 1] !== second) return null;
  return { tableNumber, internalId: bytes.slice(prefixLength, bodyLength) };
}

// Fletcher's idea with accumulators modulo 256 instead of 255: this is what existing ids carry.
function checksum(bytes: Uint8Array, length: number): [number, number] {
  let sum = 0;
  let sumOfSums = 0;
  for (let i = 0; i < length; i += 1) {
    sum = (sum + bytes[i]!) & 0xff;
    sumOfSums = (sumOfSums + sum) & 0xff;
  }
  return [sum, sumOfSums];
}

function varintLength(value: number): number {
  return value < 2 ** 7 ? 1 : value < 2 ** 14 ? 2 : value < 2 ** 21 ? 3 : value < 2 ** 28 ? 4 : 5;
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

function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    buffer = ((buffer << 8) | bytes[i]!) & 0x1fff;
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
  for (let i = 0; i < text.length; i += 1) {
    const digit = DIGITS[text.charCodeAt(i)] ?? 255;
    if (digit === 255) return null;
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
