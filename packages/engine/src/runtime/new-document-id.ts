import type { Environment } from "../base/environment.ts";
import type { Table } from "../store/catalog.ts";
import { encodeDocumentId } from "../values/document-id.ts";

const TIME_BYTES = 6;
const DRAWN_BYTES = 10;

/**
 * Draws the 16 bytes of a new document's id: the time in ms, then 80 random bits.
 *
 * The time in front makes a table's `by_id` index grow at its end. With random ids each insert would
 * touch a page of its own, in a large table one that must be read first.
 */
export function newInternalId(environment: Environment): Uint8Array {
  const bytes = new Uint8Array(TIME_BYTES + DRAWN_BYTES);
  const nowMs = Math.max(0, Math.trunc(environment.nowMs()));
  new DataView(bytes.buffer).setUint16(0, Math.floor(nowMs / 2 ** 32) & 0xffff);
  new DataView(bytes.buffer).setUint32(2, nowMs % 2 ** 32);
  bytes.set(environment.randomBytes(DRAWN_BYTES), TIME_BYTES);
  return bytes;
}

export function newDocumentId(environment: Environment, table: Table): string {
  return encodeDocumentId(table.number, newInternalId(environment));
}
