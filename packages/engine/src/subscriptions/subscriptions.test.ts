import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IntervalTree } from "../base/interval-tree.ts";
import { keyAfter } from "../store/read-set.ts";
import { SubscriptionRegistry } from "./subscription-registry.ts";

const key = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 4 });
const interval = fc.record({ start: key, end: fc.option(key) });
const step = fc.record({ isAdd: fc.boolean(), interval, owner: fc.nat(3) });

describe("watching intervals", () => {
  it("[SU1] finds exactly the owners of the intervals that contain a key", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(key), (steps, keys) => {
        const tree = new IntervalTree<number>();
        const model = new Map<string, { start: string; end: string | null; owner: number }>();
        for (const { isAdd, interval, owner } of steps) {
          const name = JSON.stringify([interval, owner]);
          if (isAdd) {
            tree.add(interval.start, interval.end, owner);
            model.set(name, { ...interval, owner });
          } else {
            tree.remove(interval.start, interval.end, owner);
            model.delete(name);
          }
        }
        for (const key of keys) {
          const found = new Set<number>();
          tree.visitContaining(key, (owner) => found.add(owner));
          const expected = [...model.values()]
            .filter(({ start, end }) => start <= key && (end === null || key < end))
            .map(({ owner }) => owner);
          expect(found).toEqual(new Set(expected));
        }
      }),
    );
  });

  it("[SU2] concerns watchers of points and ranges of the changed index only", () => {
    const registry = new SubscriptionRegistry<string>();
    registry.watch([{ index: 1, start: "k", end: keyAfter("k") }], "point");
    registry.watch([{ index: 1, start: "a", end: "m" }], "range");
    registry.watch([{ index: 1, start: "m", end: null }], "beside");
    registry.watch([{ index: 2, start: "", end: null }], "other index");
    const concernedBy = (index: number, changed: string) => {
      const concerned = new Set<string>();
      registry.findConcerned([{ index, key: changed, document: null }], concerned);
      return [...concerned].sort();
    };
    expect(concernedBy(1, "k")).toEqual(["point", "range"]);
    expect(concernedBy(1, "k\0")).toEqual(["range"]);
    expect(concernedBy(1, "m")).toEqual(["beside"]);
    expect(concernedBy(3, "k")).toEqual([]);
    registry.unwatch([{ index: 1, start: "a", end: "m" }], "range");
    expect(concernedBy(1, "k")).toEqual(["point"]);
  });
});
