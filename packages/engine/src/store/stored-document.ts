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
  #keys: Map<number, readonly string[]> | null = null;

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

  get creationTime(): number {
    return this.value._creationTime as number;
  }

  /** The document's keys in an index, worked out once: writing and committing both need them. */
  keysIn(index: number, compute: () => readonly string[]): readonly string[] {
    this.#keys ??= new Map();
    let keys = this.#keys.get(index);
    if (keys === undefined) {
      keys = compute();
      this.#keys.set(index, keys);
    }
    return keys;
  }
}
