import { compareValues, convexToJson, type Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeIndexKey, keySuccessor } from "./index-key.ts";
import type { JSONValue } from "./json.ts";

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.constantFrom(0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.constantFrom(Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 53),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -3n, max: 3n }),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.string({
    unit: fc.constantFrom("\0", "\x01", "\x02", "a", "é", "\uffff", "😀"),
    maxLength: 4,
  }),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => new Uint8Array(bytes).buffer),
);

const value = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { arbitrary: scalar, weight: 4 },
    { arbitrary: fc.array(tie("value"), { maxLength: 3 }), weight: 1 },
    {
      arbitrary: fc.dictionary(fc.constantFrom("a", "b", "ab", "A", "~"), tie("value"), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
      weight: 1,
    },
  ),
})).value;

const field: fc.Arbitrary<Value | undefined> = fc.oneof(
  { arbitrary: value, weight: 9 },
  { arbitrary: fc.constant(undefined), weight: 1 },
);

function encoded(values: (Value | undefined)[]): string {
  return encodeIndexKey(
    values.map((v) => (v === undefined ? undefined : (convexToJson(v) as JSONValue))),
  );
}

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a === b ? 0 : 1;
}

function compareTuples(a: (Value | undefined)[], b: (Value | undefined)[]): number {
  for (let i = 0; i < a.length; i += 1) {
    const order = Math.sign(compareValues(a[i], b[i]));
    if (order !== 0) return order;
  }
  return 0;
}

describe("encodeIndexKey", () => {
  test("[VA1] keys order exactly as Convex orders the values", () => {
    fc.assert(
      fc.property(field, field, (a, b) => {
        expect(compareKeys(encoded([a]), encoded([b]))).toBe(Math.sign(compareValues(a, b)));
      }),
      { numRuns: 4000 },
    );
  });

  test("[VA1] keys of several fields order field by field", () => {
    const tuple = fc.tuple(field, field, field);
    fc.assert(
      fc.property(tuple, tuple, (a, b) => {
        expect(compareKeys(encoded(a), encoded(b))).toBe(compareTuples(a, b));
      }),
      { numRuns: 2000 },
    );
  });

  test("[VA1] the types order from missing to object", () => {
    const ascending: (JSONValue | undefined)[] = [
      undefined,
      null,
      { $integer: "AAAAAAAAAIA=" },
      { $integer: "AAAAAAAAAAA=" },
      { $integer: "/////////38=" },
      { $float: "AAAAAAAA+P8=" },
      { $float: "AAAAAAAA8P8=" },
      -1.5,
      { $float: "AAAAAAAAAIA=" },
      0,
      1.5,
      { $float: "AAAAAAAA8H8=" },
      { $float: "AAAAAAAA+H8=" },
      false,
      true,
      "",
      "\0",
      "a",
      "\uffff",
      "😀",
      { $bytes: "" },
      { $bytes: "AA==" },
      { $bytes: "AAA=" },
      { $bytes: "/w==" },
      [],
      [[]],
      {},
      { a: null },
      { a: null, b: null },
      { b: null },
    ];
    const keys = ascending.map((v) => encodeIndexKey([v]));
    expect(keys.toSorted(compareKeys)).toEqual(keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("[VA2] a key is bytes: no char code is above 255", () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 4 }), (values) => {
        for (const character of encoded(values)) expect(character.charCodeAt(0)).toBeLessThan(256);
      }),
    );
  });

  test("[VA2] no value's key starts another value's key", () => {
    fc.assert(
      fc.property(field, field, (a, b) => {
        const [left, right] = [encoded([a]), encoded([b])];
        expect(left.startsWith(right)).toBe(left === right);
      }),
      { numRuns: 2000 },
    );
  });

  test("[VA3] a lone surrogate is not taken for the replacement character", () => {
    expect(encodeIndexKey(["\ud800"])).not.toBe(encodeIndexKey(["\ufffd"]));
  });

  test("[VA3] an unresolved commit timestamp is the greatest int64", () => {
    expect(encodeIndexKey([{ $commitTs: null }])).toBe(
      encodeIndexKey([{ $integer: "/////////38=" }]),
    );
  });

  test.each<[string, JSONValue]>([
    ["an int64 of seven bytes", { $integer: "AAAAAAAAAA==" }],
    ["text that is not base64", { $bytes: "?" }],
    ["base64 with a tail that says nothing", { $bytes: "AA=" }],
    ["an unknown marker", { $map: [] }],
  ])("[VA3] refuses %s", (_name, malformed) => {
    expect(() => encodeIndexKey([malformed])).toThrow();
  });
});

describe("keySuccessor", () => {
  test("[VA4] lies above every key with the prefix and below every other greater key", () => {
    const keys = fc.tuple(field, field);
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        const prefix = encoded([a[0]]);
        const end = keySuccessor(prefix);
        const key = encoded(b);
        if (end === null) throw new Error("the prefix has an end");
        expect(prefix <= key && key < end).toBe(key.startsWith(prefix));
      }),
      { numRuns: 2000 },
    );
  });

  test("[VA4] nothing lies above a prefix of greatest bytes", () => {
    expect(keySuccessor("")).toBe(null);
    expect(keySuccessor("\xff\xff")).toBe(null);
    expect(keySuccessor("a\xff")).toBe("b");
  });
});
