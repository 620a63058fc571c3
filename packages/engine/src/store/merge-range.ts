import type { StoredDocument } from "./stored-document.ts";

export interface Entry<D = StoredDocument> {
  key: string;
  document: D;
}

export type Order = "asc" | "desc";

/** A newer layer's word on a key: a document there now, or null for "not there any more". */
export interface LayerEntry<D = StoredDocument> {
  key: string;
  document: D | null;
}

/**
 * Lays a newer layer over an older one.
 *
 * @param layer All of the newer layer's entries in the range, in `order`.
 * @param readBelow Reads up to `limit` entries of the older layer, in `order`, strictly past `after`
 *   (null: from the beginning of the range).
 * @returns At most `limit` entries in `order`; fewer only when the range is exhausted.
 */
export function mergeRange<D>(
  layer: ReadonlyArray<LayerEntry<D>>,
  readBelow: (after: string | null, limit: number) => ReadonlyArray<Entry<D>>,
  order: Order,
  limit: number,
): ReadonlyArray<Entry<D>> {
  if (layer.length === 0) return readBelow(null, limit);
  const merged: Array<Entry<D>> = [];
  const isBefore = order === "asc" ? less : greater;
  let place = 0;
  let below = readBelow(null, limit);
  let belowPlace = 0;
  let isBelowDone = below.length < limit;
  while (merged.length < limit) {
    if (belowPlace === below.length && !isBelowDone) {
      const wanted = limit - merged.length;
      below = readBelow(below[belowPlace - 1]!.key, wanted);
      belowPlace = 0;
      isBelowDone = below.length < wanted;
      continue;
    }
    const upper = layer[place];
    const lower = below[belowPlace];
    if (!upper && !lower) break;
    if (lower && (!upper || isBefore(lower.key, upper.key))) {
      merged.push(lower);
      belowPlace++;
      continue;
    }
    if (lower && upper && lower.key === upper.key) belowPlace++;
    place++;
    if (upper?.document) merged.push({ key: upper.key, document: upper.document });
  }
  return merged;
}

function less(a: string, b: string): boolean {
  return a < b;
}

function greater(a: string, b: string): boolean {
  return a > b;
}
