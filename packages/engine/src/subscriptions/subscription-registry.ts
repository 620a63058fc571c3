import { IntervalTree } from "../base/interval-tree.ts";
import type { IndexChange } from "../store/overlay.ts";
import { type KeyInterval, keyAfter } from "../store/read-set.ts";

/** The watched intervals of one index: single keys by look-up, ranges by tree. */
interface WatchedIndex<T> {
  points: Map<string, Set<T>>;
  ranges: IntervalTree<T>;
}

/**
 * Who watches what: from a changed index key to everybody whose reads contain it.
 *
 * The cost of a change depends on what was changed and on who is concerned, not on how many watch.
 * It knows keys and watchers only; what a watcher does about a change is the watcher's business.
 */
export class SubscriptionRegistry<T> {
  readonly #indexes = new Map<number, WatchedIndex<T>>();

  watch(intervals: readonly KeyInterval[], watcher: T): void {
    for (const { index, start, end } of intervals) {
      let watched = this.#indexes.get(index);
      if (!watched) {
        watched = { points: new Map(), ranges: new IntervalTree<T>() };
        this.#indexes.set(index, watched);
      }
      if (end !== keyAfter(start)) {
        watched.ranges.add(start, end, watcher);
        continue;
      }
      const watchers = watched.points.get(start);
      if (watchers) watchers.add(watcher);
      else watched.points.set(start, new Set([watcher]));
    }
  }

  /** Takes the same intervals as `watch` did. */
  unwatch(intervals: readonly KeyInterval[], watcher: T): void {
    for (const { index, start, end } of intervals) {
      const watched = this.#indexes.get(index);
      if (!watched) continue;
      if (end !== keyAfter(start)) {
        watched.ranges.remove(start, end, watcher);
      } else {
        const watchers = watched.points.get(start);
        watchers?.delete(watcher);
        if (watchers?.size === 0) watched.points.delete(start);
      }
      if (watched.points.size === 0 && watched.ranges.size === 0) this.#indexes.delete(index);
    }
  }

  /** Adds to `concerned` every watcher of a changed key. */
  findConcerned(changes: readonly IndexChange[], concerned: Set<T>): void {
    for (const { index, key } of changes) {
      const watched = this.#indexes.get(index);
      if (!watched) continue;
      const watchers = watched.points.get(key);
      if (watchers) for (const watcher of watchers) concerned.add(watcher);
      watched.ranges.visitContaining(key, (watcher) => concerned.add(watcher));
    }
  }
}
