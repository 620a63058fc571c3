import { expect, test } from "vitest";
import { readUniform, writeUniform } from "./uniform-json.ts";

const INT_5 = { $integer: "BQAAAAAAAAA=" };

test("[CL11] integers and doubles are told apart by their point", () => {
  const value = {
    int: INT_5,
    float: 5,
    half: -0.5,
    large: 1e300,
    text: 'digits 7, a quote \\" and 8',
    list: [1, INT_5, null, true, { "9": 2 }],
    nan: { $float: "AAAAAAAA+H8=" },
    bytes: { $bytes: "AAE=" },
  };
  const text = writeUniform(value);
  expect(text).toContain('"int":5,"float":5.0,"half":-0.5,');
  expect(text).toContain('[1.0,5,null,true,{"9":2.0}]');
  expect(readUniform(text)).toEqual(value);
  expect(readUniform("[-9223372036854775808, 1e2]")).toEqual([{ $integer: "AAAAAAAAAIA=" }, 100]);
  expect(() => readUniform("9223372036854775808")).toThrow(RangeError);
});
