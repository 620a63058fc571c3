import { readField } from "../values/field-path.ts";
import { encodeIndexKey } from "../values/index-key.ts";
import { isJSONObject, type JSONObject, type JSONValue } from "../values/json.ts";
import { encodeFloat64, encodeInt64, readScalar, scalarMarker } from "../values/scalar.ts";
import { FunctionCallError } from "./function-error.ts";

type Operand = JSONValue | undefined;
type Evaluate = (document: JSONObject) => Operand;

const NESTING_MAX = 128;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Compiles the argument of `.filter(...)`.
 *
 * @param expression As the filter builder serialises it: `{$eq: [{$field: "a.b"}, {$literal: 1}]}`.
 * @returns A predicate. It throws FunctionCallError when the operands do not suit the operator:
 *   nothing is ever converted.
 * @throws FunctionCallError when it is no such expression.
 * Source: convex 1.48 `server/impl/filter_builder_impl.ts`; SPEC FE1 to FE4.
 */
export function compileFilter(expression: JSONValue): (document: JSONObject) => boolean {
  const evaluate = compile(expression, 0);
  return (document) => asBoolean(evaluate(document), "A filter");
}

function compile(expression: JSONValue | undefined, nesting: number): Evaluate {
  if (nesting > NESTING_MAX) {
    throw new FunctionCallError(`A filter may nest at most ${NESTING_MAX} levels deep.`);
  }
  const operator = isJSONObject(expression) ? Object.keys(expression) : [];
  if (!isJSONObject(expression) || operator.length !== 1) throw malformed();
  const name = operator[0]!;
  const argument = expression[name];
  const one = () => compile(argument, nesting + 1);
  const many = () => {
    if (!Array.isArray(argument)) throw malformed();
    return argument.map((operand) => compile(operand, nesting + 1));
  };
  switch (name) {
    case "$field":
      if (typeof argument !== "string") throw malformed();
      return (document) => readField(document, argument);
    case "$literal":
      return literal(argument);
    case "$eq":
      return comparison(many(), (order) => order === 0);
    case "$neq":
      return comparison(many(), (order) => order !== 0);
    case "$lt":
      return comparison(many(), (order) => order < 0);
    case "$lte":
      return comparison(many(), (order) => order <= 0);
    case "$gt":
      return comparison(many(), (order) => order > 0);
    case "$gte":
      return comparison(many(), (order) => order >= 0);
    case "$add":
    case "$sub":
    case "$mul":
    case "$div":
    case "$mod":
      return arithmetic(name, many());
    case "$neg":
      return negation(one());
    case "$not": {
      const operand = one();
      return (document) => !asBoolean(operand(document), "$not");
    }
    case "$and": {
      const operands = many();
      return (document) => operands.every((operand) => asBoolean(operand(document), "$and"));
    }
    case "$or": {
      const operands = many();
      return (document) => operands.some((operand) => asBoolean(operand(document), "$or"));
    }
    default:
      throw new FunctionCallError(`Unknown operator ${name.slice(0, 64)} in a filter.`);
  }
}

function literal(value: JSONValue | undefined): Evaluate {
  if (value === undefined) throw malformed();
  const isMissing = isJSONObject(value) && scalarMarker(value) === "$undefined";
  return isMissing ? () => undefined : () => value;
}

function comparison(operands: Evaluate[], accepts: (order: number) => boolean): Evaluate {
  const [left, right] = pair(operands);
  return (document) => accepts(compare(left(document), right(document)));
}

/** The order of indexes, over all types; a missing field is least. */
function compare(left: Operand, right: Operand): number {
  // Nearly every comparison is between plain values of one type, and needs no key.
  if (left === right && typeof left === "string") return 0;
  if (typeof left === "number" && typeof right === "number" && left !== right) {
    return left < right ? -1 : 1;
  }
  const leftKey = encodeIndexKey([left]);
  const rightKey = encodeIndexKey([right]);
  return leftKey < rightKey ? -1 : leftKey === rightKey ? 0 : 1;
}

type Arithmetic = "$add" | "$sub" | "$mul" | "$div" | "$mod";

function arithmetic(operator: Arithmetic, operands: Evaluate[]): Evaluate {
  const [left, right] = pair(operands);
  return (document) => {
    const a = asNumber(left(document), operator);
    const b = asNumber(right(document), operator);
    if (typeof a === "bigint" && typeof b === "bigint") return int64Result(operator, a, b);
    if (typeof a === "number" && typeof b === "number") {
      return encodeFloat64(floatResult(operator, a, b));
    }
    throw new FunctionCallError(`${operator} needs two int64 or two float64, not one of each.`);
  };
}

function negation(operand: Evaluate): Evaluate {
  return (document) => {
    const value = asNumber(operand(document), "$neg");
    return typeof value === "bigint" ? boundedInt64("$neg", -value) : encodeFloat64(-value);
  };
}

function int64Result(operator: Arithmetic, a: bigint, b: bigint): JSONValue {
  if ((operator === "$div" || operator === "$mod") && b === 0n) {
    throw new FunctionCallError(`${operator} of an int64 by zero.`);
  }
  switch (operator) {
    case "$add":
      return boundedInt64(operator, a + b);
    case "$sub":
      return boundedInt64(operator, a - b);
    case "$mul":
      return boundedInt64(operator, a * b);
    case "$div":
      return boundedInt64(operator, a / b);
    case "$mod":
      return boundedInt64(operator, a % b);
    default:
      return operator satisfies never;
  }
}

function floatResult(operator: Arithmetic, a: number, b: number): number {
  switch (operator) {
    case "$add":
      return a + b;
    case "$sub":
      return a - b;
    case "$mul":
      return a * b;
    case "$div":
      return a / b;
    case "$mod":
      return a % b;
    default:
      return operator satisfies never;
  }
}

function boundedInt64(operator: string, value: bigint): JSONObject {
  if (value < INT64_MIN || value > INT64_MAX) {
    throw new FunctionCallError(`${operator} overflows an int64.`);
  }
  return encodeInt64(value);
}

function asNumber(value: Operand, operator: string): number | bigint {
  if (typeof value === "number") return value;
  const scalar = isJSONObject(value) ? readScalar(value) : null;
  if (scalar?.type === "int64" || scalar?.type === "float64") return scalar.value;
  throw new FunctionCallError(`${operator} needs numbers, not ${typeName(value)}.`);
}

function asBoolean(value: Operand, where: string): boolean {
  if (typeof value === "boolean") return value;
  throw new FunctionCallError(`${where} needs a boolean, not ${typeName(value)}.`);
}

function typeName(value: Operand): string {
  if (value === undefined) return "a missing field";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (!isJSONObject(value)) return `a ${typeof value}`;
  switch (scalarMarker(value)) {
    case "$integer":
      return "an int64";
    case "$float":
      return "a number";
    case "$bytes":
      return "bytes";
    default:
      return "an object";
  }
}

function pair(operands: Evaluate[]): [Evaluate, Evaluate] {
  const [left, right] = operands;
  if (left === undefined || right === undefined || operands.length !== 2) throw malformed();
  return [left, right];
}

function malformed(): FunctionCallError {
  return new FunctionCallError("A filter holds something that is not an expression.");
}
