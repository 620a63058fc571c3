import { expect, test } from "vitest";
import { readField } from "./field-path.ts";
import type { JSONObject } from "./json.ts";

const document: JSONObject = {
  a: { b: { c: 1 }, list: [{ c: 2 }], empty: null },
  count: { $integer: "AQAAAAAAAAA=" },
};

test.each([
  ["a.b.c", 1],
  ["a.b", { c: 1 }],
  ["a.empty", null],
  ["count", { $integer: "AQAAAAAAAAA=" }],
])("[VA5] reads %s", (path, value) => {
  expect(readField(document, path)).toEqual(value);
});

test.each(["x", "a.x", "a.b.c.d", "a.list.c", "a.list.0", "a.empty.c", "count.$integer"])(
  "[VA5] %s is missing",
  (path) => {
    expect(readField(document, path)).toBe(undefined);
  },
);

test.each(["constructor", "__proto__", "toString.name", "a.hasOwnProperty"])(
  "[VA5] what every object inherits is no field: %s",
  (path) => {
    expect(readField(document, path)).toBe(undefined);
  },
);
