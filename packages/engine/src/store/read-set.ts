/** A half-open range of keys of one index; `end` null means unbounded. */
export interface KeyInterval {
  index: number;
  start: string;
  end: string | null;
}

/** The least key above `key`: `[key, keyAfter(key))` is the point `key`. */
export function keyAfter(key: string): string {
  return `${key}\0`;
}

/**
 * What a function has looked at: the index intervals that it actually scanned, empty ones included.
 * Whatever is not in here cannot change its result.
 */
export class ReadSet {
  readonly intervals: KeyInterval[] = [];
  readonly #points = new Set<string>();

  addPoint(index: number, key: string): void {
    const name = `${index} ${key}`;
    if (this.#points.has(name)) return;
    this.#points.add(name);
    this.intervals.push({ index, start: key, end: keyAfter(key) });
  }

  addRange(index: number, start: string, end: string | null): void {
    if (end !== null && start >= end) return;
    const last = this.intervals.at(-1);
    if (last && last.index === index && last.start === start && last.end === end) return;
    this.intervals.push({ index, start, end });
  }

  addAll(other: ReadSet): void {
    for (const { index, start, end } of other.intervals) this.addRange(index, start, end);
  }
}
