import { encodeInt64 } from "./scalar.ts";

/**
 * `ctx.db.vars.commitTs` as encoded JSON text has it. No text inside of a string can be mistaken
 * for it: there the quotes are escaped.
 */
const PLACEHOLDER = '{"$commitTs":null}';

/** Whether encoded JSON text, as `JSON.stringify` writes it, waits for its commit's timestamp. */
export function hasCommitTs(json: string): boolean {
  return json.includes(PLACEHOLDER);
}

/** The text with the timestamp in place of every placeholder. */
export function resolveCommitTs(json: string, ts: bigint): string {
  return json.replaceAll(PLACEHOLDER, JSON.stringify(encodeInt64(ts)));
}
