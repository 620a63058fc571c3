import { convexToJson, getConvexSize, type Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkDocument, checkValue } from "./document-limits.ts";
import type { JSONObject, JSONValue } from "./json.ts";

function nested(depth: number): JSONObject {
  let value: JSONValue = 1;
  for (let i = 0; i < depth; i += 1) value = { a: value };
  return value as unknown as JSONObject;
}

describe("checkDocument", () => {
  test("[VA8] counts bytes as Convex does", () => {
    const { value } = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: "binary" }),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.uint8Array({ maxLength: 9 }).map((bytes) => new Uint8Array(bytes).buffer),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1 }), tie("value"), {
          noNullPrototype: true,
        }),
      ),
    }));
    fc.assert(
      fc.property(value, (v) => {
        expect(checkValue(convexToJson(v) as JSONValue)).toBe(getConvexSize(v));
      }),
    );
  });

  test.each<[string, JSONObject, JSONObject]>([
    // 2 bytes of the object, "a" and its end, 2 of the string
    ["size", { a: "x".repeat(1024 * 1024 - 6) }, { a: "x".repeat(1024 * 1024 - 5) }],
    ["nesting", nested(16), nested(17)],
    ["array length", { a: Array(8192).fill(1) }, { a: Array(8193).fill(1) }],
    [
      "fields",
      Object.fromEntries(Array.from({ length: 1024 }, (_, i) => [`f${i}`, 1])),
      Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`f${i}`, 1])),
    ],
    ["length of a field name", { ["a".repeat(1024)]: 1 }, { ["a".repeat(1025)]: 1 }],
    ["reserved field", { a: { _b: 1 } }, { _b: 1 }],
    ["reserved character", { a$: 1 }, { $a: 1, b: 1 }],
    ["prototype", { a: { constructor: 1 } }, JSON.parse('{"a":{"__proto__":{}}}')],
    ["ASCII", { "a b": 1 }, { ä: 1 }],
    ["empty name", { a: 1 }, { "": 1 }],
    ["surrogates", { a: "😀" }, { a: "\ud83d" }],
    ["missing value", { a: null }, { a: { $undefined: null } }],
    ["an object", {}, { $integer: "AAAAAAAAAAA=" }],
  ])("[VA9] the limit of %s", (_name, accepted, refused) => {
    expect(checkDocument(accepted)).toBeGreaterThan(0);
    expect(() => checkDocument(refused)).toThrow();
  });

  test("[VA9] says which limit and by how much", () => {
    expect(() => checkDocument(nested(17))).toThrow(
      "Value is too nested (nested 17 levels deep > maximum nesting 16)",
    );
    expect(() => checkDocument({ a: Array(9000).fill(null) })).toThrow(
      "Array length is too long (9000 > maximum length 8192)",
    );
  });

  test("[VA9] system fields only where they are expected", () => {
    const document = { _id: "x", _creationTime: 1 };
    expect(() => checkDocument(document)).toThrow("Field '_id' starts with an underscore");
    expect(checkDocument(document, { allowSystemFields: true })).toBeGreaterThan(0);
  });
});

describe("checkValue", () => {
  test("[VA10] values in transit may be larger and deeper than documents", () => {
    expect(checkValue(nested(64))).toBeGreaterThan(0);
    expect(() => checkValue(nested(65))).toThrow("maximum nesting 64");
    expect(() => checkValue("x".repeat(16 * 1024 * 1024))).toThrow("maximum size 16 MiB");
  });

  test("[VA10] a depth that would end the stack meets the limit instead", () => {
    expect(() => checkValue(nested(200_000))).toThrow("maximum nesting 64");
  });
});
