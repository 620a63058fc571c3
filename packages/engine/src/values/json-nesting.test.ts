import fc from "fast-check";
import { expect, test } from "vitest";
import { nestsTooDeeply } from "./json-nesting.ts";

function nestingOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(nestingOf));
}

test("[VA11] counts nesting like a parser, whatever strings contain", () => {
  const strings = fc.string({ unit: fc.constantFrom("[", "{", '"', "\\", "]", "a") });
  const json = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.array(fc.dictionary(strings, strings)));
  fc.assert(
    fc.property(json, (value) => {
      const nesting = nestingOf(value);
      const text = JSON.stringify(value);
      expect(nestsTooDeeply(text, nesting)).toBe(false);
      if (nesting > 0) expect(nestsTooDeeply(text, nesting - 1)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test("[VA11] text that is no JSON does no harm", () => {
  for (const text of ["", '"', '"\\', "]]]]", '"\\"[[[[', "}{"]) {
    expect(nestsTooDeeply(text, 4)).toBe(false);
  }
});
