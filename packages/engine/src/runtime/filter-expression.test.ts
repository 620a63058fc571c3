import { compareValues, convexToJson, type Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JSONObject, JSONValue } from "../values/json.ts";
import { compileFilter } from "./filter-expression.ts";

const document: JSONObject = {
  name: "Ada",
  age: 36,
  big: convexToJson(7n) as JSONValue,
  isAdmin: true,
  nested: { a: [1, 2] },
  nothing: null,
};

const field = (path: string): JSONValue => ({ $field: path });
const literal = (value: Value | undefined): JSONValue => ({
  $literal: value === undefined ? { $undefined: null } : (convexToJson(value) as JSONValue),
});

function filter(expression: JSONValue): boolean {
  return compileFilter(expression)(document);
}

describe("compileFilter", () => {
  test("[FE1] compares like indexes, over all types", () => {
    const value = fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.double(),
      fc.integer({ min: -2, max: 2 }),
      fc.bigInt({ min: -2n, max: 2n }),
      fc.boolean(),
      fc.string({ unit: fc.constantFrom("a", "\uffff", "😀"), maxLength: 2 }),
      fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }),
    ) as fc.Arbitrary<Value | undefined>;
    fc.assert(
      fc.property(value, value, (a, b) => {
        const order = compareValues(a, b);
        const results = ["$eq", "$neq", "$lt", "$lte", "$gt", "$gte"].map((operator) =>
          filter({ [operator]: [literal(a), literal(b)] }),
        );
        expect(results).toEqual([
          order === 0,
          order !== 0,
          order < 0,
          order <= 0,
          order > 0,
          order >= 0,
        ]);
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[string, JSONValue, boolean]>([
    ["a field", { $eq: [field("name"), literal("Ada")] }, true],
    ["a nested field", { $eq: [field("nested.a"), literal([1, 2])] }, true],
    ["a missing field", { $eq: [field("nested.b"), literal(undefined)] }, true],
    ["null, which is not missing", { $eq: [field("nothing"), literal(undefined)] }, false],
    ["a missing field, which is below all", { $lt: [field("x"), literal(null)] }, true],
    ["an int64, which equals no float64", { $eq: [field("big"), literal(7)] }, false],
    ["a boolean field by itself", field("isAdmin"), true],
    ["an empty $and", { $and: [] }, true],
    ["an empty $or", { $or: [] }, false],
    ["$not", { $not: field("isAdmin") }, false],
  ])("[FE2] %s", (_name, expression, result) => {
    expect(filter(expression)).toBe(result);
  });

  test.each<[string, JSONValue, Value]>([
    ["add", { $add: [field("age"), literal(0.5)] }, 36.5],
    ["add int64", { $add: [field("big"), literal(1n)] }, 8n],
    ["sub", { $sub: [field("big"), literal(10n)] }, -3n],
    ["mul", { $mul: [field("age"), literal(-2)] }, -72],
    ["div truncates int64", { $div: [literal(-7n), literal(2n)] }, -3n],
    ["div by zero of float64", { $div: [field("age"), literal(0)] }, Number.POSITIVE_INFINITY],
    ["mod", { $mod: [literal(-7n), literal(2n)] }, -1n],
    ["neg", { $neg: literal(0) }, -0],
    ["neg int64", { $neg: field("big") }, -7n],
  ])("[FE3] %s", (_name, expression, result) => {
    expect(filter({ $eq: [expression, literal(result)] })).toBe(true);
  });

  test.each<[string, JSONValue, string]>([
    ["a number is no condition", field("age"), "A filter needs a boolean, not a number"],
    ["nor under $and", { $and: [field("name")] }, "$and needs a boolean, not a string"],
    ["a missing field is no boolean", { $not: field("x") }, "$not needs a boolean, not a missing"],
    ["text is not added", { $add: [field("name"), literal("x")] }, "$add needs numbers"],
    ["the two kinds do not mix", { $add: [field("age"), field("big")] }, "not one of each"],
    ["overflow", { $add: [literal(2n ** 63n - 1n), literal(1n)] }, "$add overflows an int64"],
    ["overflow of $neg", { $neg: literal(-(2n ** 63n)) }, "$neg overflows an int64"],
    ["division by zero", { $div: [field("big"), literal(0n)] }, "$div of an int64 by zero"],
    ["modulo zero", { $mod: [field("big"), literal(0n)] }, "$mod of an int64 by zero"],
    ["an unknown operator", { $like: [] }, "Unknown operator $like"],
    ["a bare value", "x", "not an expression"],
    ["one operand", { $eq: [field("a")] }, "not an expression"],
    ["three operands", { $eq: [field("a"), field("a"), field("a")] }, "not an expression"],
  ])("[FE4] %s", (_name, expression, message) => {
    expect(() => filter(expression)).toThrow(message);
  });

  test("[FE4] a bottomless expression is refused", () => {
    let expression = field("isAdmin");
    for (let i = 0; i < 10_000; i += 1) expression = { $not: expression };
    expect(() => filter(expression)).toThrow("at most 128 levels");
  });

  test("[FE2] $and and $or stop at the first operand that decides", () => {
    const broken = { $not: literal(1) };
    expect(filter({ $and: [literal(false), broken] })).toBe(false);
    expect(filter({ $or: [literal(true), broken] })).toBe(true);
  });
});
