import * as sortedBtree from "sorted-btree";

type BTreeClass = typeof import("sorted-btree").default;

// The package is CommonJS: Node's own loader and bundlers disagree about where its default export is.
const namespace = sortedBtree as unknown as { default: BTreeClass | { default: BTreeClass } };
const BTree = "default" in namespace.default ? namespace.default.default : namespace.default;

/** A map ordered by its keys, which are binary strings (each char code one byte). */
export class SortedMap<V> {
  readonly #tree = new BTree<string, V>(undefined, compareKeys);

  get size(): number {
    return this.#tree.size;
  }

  get(key: string): V | undefined {
    return this.#tree.get(key);
  }

  set(key: string, value: V): void {
    this.#tree.set(key, value);
  }

  delete(key: string): boolean {
    return this.#tree.delete(key);
  }

  /**
   * Visits `start <= key < end` (null: unbounded) in order or reverse, until `visit` returns false.
   * The map must not change meanwhile.
   */
  visit(
    start: string,
    end: string | null,
    order: "asc" | "desc",
    visit: (key: string, value: V) => boolean,
  ): void {
    if (this.#tree.size === 0) return;
    if (order === "asc") {
      for (const [key, value] of this.#tree.entries(start)) {
        if ((end !== null && key >= end) || !visit(key, value)) return;
      }
    } else {
      for (const [key, value] of this.#tree.entriesReversed(end ?? undefined, undefined, true)) {
        if (key < start || !visit(key, value)) return;
      }
    }
  }
}

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
