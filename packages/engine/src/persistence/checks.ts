import { crc32 as crc32OfBytes } from "node:zlib";

/**
 * What is kept beside every row to tell later whether it is still what was written. SQLite itself
 * does not notice a changed bit: these are the only ones who do.
 */

/** A record of the log, bound to all records before it: none can change, go or move unnoticed. */
export function checkOfRecord(previous: number, ts: bigint, body: string): number {
  return crc32(body, crc32(String(ts), previous >>> 0));
}

/** A document, bound to its row, so that no entry leads to another one unnoticed. */
export function checkOfDocument(row: number, id: string, body: string): number {
  return crc32(body, crc32(id, row >>> 0));
}

export function checkOfEntry(index: number, key: Uint8Array, row: number): number {
  // The multiplier (the golden ratio's) only keeps small indexes and small rows apart.
  return crc32(key, (row ^ Math.imul(index, 0x9e3779b1)) >>> 0);
}

export function checkOfSetting(name: string, value: string): number {
  return crc32(value, crc32(name));
}

export function checkOfRequest(
  sessionId: string,
  requestId: number,
  ts: bigint,
  wallMs: number,
  outcome: string,
): number {
  return crc32(outcome, crc32(`${sessionId} ${requestId} ${ts} ${wallMs}`));
}

/** Damage may make anything of a value, so that it has another type: that is no check of anything. */
function crc32(data: string | Uint8Array, seed = 0): number {
  const isBytes = typeof data === "string" || data instanceof Uint8Array;
  return isBytes && !Number.isNaN(seed) ? crc32OfBytes(data, seed) : Number.NaN;
}
