import * as sortedBtree from "sorted-btree";

type BTreeClass = typeof import("sorted-btree").default;

// The package is CommonJS: Node's own loader and bundlers disagree about where its default export is.
const namespace = sortedBtree as unknown as { default: BTreeClass | { default: BTreeClass } };
const BTree = "default" in namespace.default ? namespace.default.default : namespace.default;
type Keys = InstanceType<typeof BTree<string, true>>;

const UNSORTED_KEPT_MIN = 1_024;

/**
 * A map ordered by its keys, which are binary strings (each char code one byte).
 *
 * Most maps here are written to far more often than they are walked, and many are never walked: keys
 * are put in order only when somebody does.
 */
export class SortedMap<V> {
  readonly #values = new Map<string, V>();
  /** The keys in order, but for those in `#unsorted`, some of which may be gone again. */
  #sorted: Keys | null = null;
  #unsorted: string[] = [];

  get size(): number {
    return this.#values.size;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    const sizeBefore = this.#values.size;
    this.#values.set(key, value);
    if (this.#values.size > sizeBefore) this.#unsorted.push(key);
  }

  delete(key: string): boolean {
    if (!this.#values.delete(key)) return false;
    this.#sorted?.delete(key);
    this.#dropForgotten();
    return true;
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
    if (this.#values.size === 0) return;
    const sorted = this.#sort();
    if (order === "asc") {
      for (const key of sorted.keys(start)) {
        if ((end !== null && key >= end) || !visit(key, this.#values.get(key)!)) return;
      }
    } else {
      for (const [key] of sorted.entriesReversed(end ?? undefined, undefined, true)) {
        if (key < start || !visit(key, this.#values.get(key)!)) return;
      }
    }
  }

  #sort(): Keys {
    this.#sorted ??= new BTree<string, true>(undefined, compareKeys);
    for (const key of this.#unsorted) {
      if (this.#values.has(key)) this.#sorted.set(key, true);
    }
    this.#unsorted.length = 0;
    return this.#sorted;
  }

  /** A map that nobody walks would remember every key that it ever had. */
  #dropForgotten(): void {
    if (this.#unsorted.length < 2 * this.#values.size + UNSORTED_KEPT_MIN) return;
    this.#unsorted = [...new Set(this.#unsorted)].filter((key) => this.#values.has(key));
  }
}

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
