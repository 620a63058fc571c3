import { convexToJson, type Validator, type Value, v } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JSONValue } from "../values/json.ts";
import {
  argumentError,
  documentError,
  returnError,
  validateDocument,
  validateValue,
} from "./validator.ts";
import { parseValidator } from "./validator-json.ts";

const tables: Record<string, string> = { u1: "users", m1: "messages" };

function validate(validator: Validator<unknown, "required", string>, value: Value): string | null {
  const { json } = validator as unknown as { json: unknown };
  const failure = validateValue(
    parseValidator(JSON.stringify(json))!,
    convexToJson(value) as JSONValue,
    (id) => tables[id] ?? null,
  );
  return failure?.message ?? null;
}

const bytes = new Uint8Array([1]).buffer;

describe("validateValue", () => {
  const samples: [string, Validator<unknown, "required", string>, Value[]][] = [
    ["null", v.null(), [null]],
    ["number", v.number(), [0, -0, 1.5, Number.NaN, Number.NEGATIVE_INFINITY]],
    ["int64", v.int64(), [0n, -(2n ** 63n)]],
    ["boolean", v.boolean(), [true, false]],
    ["string", v.string(), ["", "x"]],
    ["bytes", v.bytes(), [bytes]],
    ["array", v.array(v.string()), [[], ["x"]]],
    ["object", v.object({ a: v.optional(v.number()) }), [{}, { a: 1 }]],
    ["record", v.record(v.string(), v.number()), [{}, { a: 1, b: 2 }]],
    ["id", v.id("users"), ["u1"]],
  ];
  const all = samples.flatMap(([, , values]) => values);

  test.each(samples)("[SC5] v.%s() takes its own values and no others", (name, validator, own) => {
    for (const value of own) expect(validate(validator, value)).toBe(null);
    const alike: Record<string, Value[]> = {
      string: ["u1"],
      object: [{}, { a: 1 }],
      record: [{}, { a: 1 }],
    };
    const others = all.filter(
      (x) => !own.includes(x) && !(alike[name] ?? []).some((y) => same(x, y)),
    );
    for (const value of others) expect(validate(validator, value)).not.toBe(null);
  });

  test("[SC5] v.any() takes every value", () => {
    for (const value of all) expect(validate(v.any(), value)).toBe(null);
  });

  test("[SC6] a literal is equal in type and value", () => {
    expect(validate(v.literal("a"), "a")).toBe(null);
    expect(validate(v.literal(1n), 1n)).toBe(null);
    expect(validate(v.literal(1n), 1)).toBe(
      "Value does not match validator.\nValue: 1.0\n" +
        'Validator: v.literal({"$integer":"AQAAAAAAAAA="})',
    );
    expect(validate(v.literal(1), "1")).not.toBe(null);
  });

  test("[SC7] a missing field is named", () => {
    expect(validate(v.object({ name: v.string() }), {})).toBe(
      "Object is missing the required field `name`. Consider wrapping the field validator in " +
        "`v.optional(...)` if this is expected.\n\nObject: {}\nValidator: v.object({name: v.string()})",
    );
  });

  test("[SC7] an extra field is named", () => {
    expect(validate(v.object({ a: v.optional(v.number()) }), { b: "x" })).toBe(
      "Object contains extra field `b` that is not in the validator.\n\n" +
        'Object: {b: "x"}\nValidator: v.object({a: v.optional(v.float64())})',
    );
  });

  test("[SC7] a wrong value is shown with its path", () => {
    const validator = v.object({ list: v.array(v.object({ n: v.number() })) });
    expect(validate(validator, { list: [{ n: 1 }, { n: "1" }] })).toBe(
      'Value does not match validator.\nPath: .list[1].n\nValue: "1"\nValidator: v.float64()',
    );
  });

  test("[SC7] a field with a prototype's name is a field like others", () => {
    expect(validate(v.object({ constructor: v.string() }), {})).toContain("required field");
    expect(validate(v.object({}), { toString: 1 })).toContain("extra field `toString`");
  });

  test("[SC8] an id is of its table", () => {
    expect(validate(v.object({ user: v.id("users") }), { user: "m1" })).toBe(
      'Found ID "m1" from table `messages`, which does not match the table name in validator ' +
        '`v.id("users")`.\nPath: .user',
    );
    expect(validate(v.id("users"), "nobody")).toBe(
      'Value does not match validator.\nValue: "nobody"\nValidator: v.id("users")',
    );
  });

  test("[SC9] a union takes what one of its members takes", () => {
    const union = v.union(v.string(), v.null());
    expect(validate(union, null)).toBe(null);
    expect(validate(union, 1)).toBe(
      "Value does not match validator.\nValue: 1.0\nValidator: v.union(v.string(), v.null())",
    );
  });

  test("[SC9] a union of objects reports the member that was meant", () => {
    const union = v.union(
      v.object({ kind: v.literal("text"), body: v.string() }),
      v.object({ kind: v.literal("image"), url: v.string() }),
    );
    expect(validate(union, { kind: "image", url: "x" })).toBe(null);
    expect(validate(union, { kind: "image", url: 1 })).toContain("Path: .url\nValue: 1.0");
    expect(validate(union, { kind: "sound" })).toContain("Validator: v.union(");
  });

  test("[SC10] a failure's text is bounded whatever the value", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 500 }), { minLength: 10 }), (value) => {
        expect(validate(v.null(), value)!.length).toBeLessThan(2000);
        expect(validate(v.object({}), { a: value })!.length).toBeLessThan(2000);
      }),
      { numRuns: 20 },
    );
  });
});

test("[SC7] a document's system fields are none of the validator's business", () => {
  const validator = parseValidator('{"type":"object","value":{}}')!;
  const document = { _id: "u1", _creationTime: 1 };
  expect(validateDocument(validator, document, () => null)).toBe(null);
  expect(validateDocument(validator, { ...document, a: 1 }, () => null)?.message).toContain("`a`");
});

test("[SC11] each place has its own prefix", () => {
  const failure = { message: "Value does not match validator." };
  expect([argumentError(failure), returnError(failure), documentError(failure, "users")]).toEqual([
    "ArgumentValidationError: Value does not match validator.",
    "ReturnsValidationError: Value does not match validator.",
    'Failed to insert or update a document in table "users" because it does not match the schema: Value does not match validator.',
  ]);
});

test("[SC4] a validator of another shape is refused when it is read", () => {
  expect(parseValidator("null")).toBe(null);
  for (const text of ['{"type":"id"}', '{"type":"object"}', '{"type":"union"}', "[]", '"x"']) {
    expect(() => parseValidator(text)).toThrow("alidator");
  }
});

function same(a: Value, b: Value): boolean {
  return JSON.stringify(convexToJson(a)) === JSON.stringify(convexToJson(b));
}
