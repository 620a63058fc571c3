import type { JSONObject } from "../values/json.ts";

/**
 * One version of one document, immutable.
 *
 * It is kept as text, because that is how it leaves (to user functions and to disk), and parsed
 * only when somebody looks inside.
 */
export class StoredDocument {
  readonly id: string;
  readonly json: string;
  #value: JSONObject | null;
  #reply: string | null = null;
  /** By index number; few, so that looking through them is faster than hashing. */
  #keys: Array<{ index: number; keys: readonly string[] }> | null = null;

  constructor(id: string, json: string, value: JSONObject | null = null) {
    this.id = id;
    this.json = json;
    this.#value = value;
  }

  /** The parsed text. Shared: callers must not change it. */
  get value(): JSONObject {
    this.#value ??= JSON.parse(this.json) as JSONObject;
    return this.#value;
  }

  /**
   * The answer to "the next document of a query", written once: a live query gives out the same
   * documents again after every message.
   */
  get reply(): string {
    this.#reply ??= `{"value":${this.json},"done":false}`;
    return this.#reply;
  }

  get creationTime(): number {
    return this.value._creationTime as number;
  }

  /** The document's keys in an index, worked out once: writing and committing both need them. */
  keysIn(index: number, compute: () => readonly string[]): readonly string[] {
    this.#keys ??= [];
    for (const known of this.#keys) if (known.index === index) return known.keys;
    const keys = compute();
    this.#keys.push({ index, keys });
    return keys;
  }
}
