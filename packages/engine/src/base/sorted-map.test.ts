import fc from "fast-check";
import { expect, it } from "vitest";
import { SortedMap } from "./sorted-map.ts";

const key = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 3 });
const step = fc.oneof(
  fc.record({ set: key }),
  fc.record({ delete: key }),
  fc.record({
    start: key,
    end: fc.option(key),
    order: fc.constantFrom("asc", "desc"),
    most: fc.nat(4),
  }),
);

it("[ST4] walks exactly the keys of a range, in order or reverse, whatever came and went before", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const map = new SortedMap<number>();
      const model = new Map<string, number>();
      for (const [place, step] of steps.entries()) {
        if ("set" in step) {
          map.set(step.set, place);
          model.set(step.set, place);
        } else if ("delete" in step) {
          expect(map.delete(step.delete)).toBe(model.delete(step.delete));
        } else {
          const { start, end, order, most } = step;
          const found: Array<[string, number]> = [];
          map.visit(start, end, order as "asc" | "desc", (key, value) => {
            found.push([key, value]);
            return found.length <= most;
          });
          const all = [...model]
            .filter(([key]) => key >= start && (end === null || key < end))
            .sort(([a], [b]) => (a < b ? -1 : 1));
          if (order === "desc") all.reverse();
          expect(found).toEqual(all.slice(0, most + 1));
        }
        expect(map.size).toBe(model.size);
      }
    }),
  );
});

it("[ST4] a map that nobody walks does not remember keys that are gone", () => {
  const map = new SortedMap<number>();
  for (let n = 0; n < 50_000; n++) {
    map.set(String(n), n);
    map.delete(String(n - 10));
  }
  expect(map.size).toBe(10);
  const found: string[] = [];
  map.visit("", null, "asc", (key) => found.push(key) > 0);
  expect(found).toEqual(Array.from({ length: 10 }, (_, n) => String(49_990 + n)));
});
