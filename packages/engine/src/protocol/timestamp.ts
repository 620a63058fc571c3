import { ProtocolError } from "./protocol-error.ts";

const TIMESTAMP_MAX = 0xffff_ffff_ffff_ffffn;

// Eleven digits and the padding are eight bytes; the eleventh has only four bits to give.
const ENCODED = /^[A-Za-z0-9+/]{10}[AEIMQUYcgkosw048]=$/;

const scratch = Buffer.alloc(8);

/**
 * A commit timestamp as the protocol writes it: unsigned 64 bit, little-endian, base64.
 *
 * @param ts Nanoseconds since 1970.
 */
export function encodeTimestamp(ts: bigint): string {
  if (ts < 0n || ts > TIMESTAMP_MAX)
    throw new RangeError(`${ts} is not an unsigned 64-bit integer.`);
  scratch.writeBigUInt64LE(ts);
  return scratch.toString("base64");
}

/**
 * Reads a timestamp of the protocol.
 *
 * @throws ProtocolError when the text is not one.
 */
export function decodeTimestamp(text: string): bigint {
  if (!ENCODED.test(text)) throw new ProtocolError("A timestamp must be 8 bytes in base64.");
  return Buffer.from(text, "base64").readBigUInt64LE();
}
