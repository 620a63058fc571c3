import { expect, test } from "vitest";
import { guardLoops } from "./guard-loops.ts";

const URL = "data:text/javascript,";

/** The guarded module's own result, and how often it passed a checkpoint. */
async function runGuarded(code: string): Promise<{ value: unknown; passed: number }> {
  const counter = `export const checkpoint=()=>{globalThis.passed=(globalThis.passed??0)+1},resumed=(v)=>v`;
  const guarded = guardLoops(code, `${URL}${encodeURIComponent(counter)}`).code;
  const world = globalThis as { passed?: number };
  world.passed = 0;
  const module = (await import(/* @vite-ignore */ `${URL}${encodeURIComponent(guarded)}`)) as {
    default: unknown;
  };
  return { value: module.default, passed: world.passed };
}

test.each<[string, string, unknown, number]>([
  ["a block", "let n = 0; for (let i = 0; i < 3; i++) { n += i; } export default n", 3, 3],
  ["one statement", "let n = 0; for (const i of [1, 2]) n += i\nexport default n", 3, 2],
  ["an empty loop", "let n = 0; while (n++ < 4); export default n", 5, 4],
  ["do", "let n = 0; do n++; while (n < 3); export default n", 3, 3],
  ["for in", "let n = ''; for (const k in { a: 1, b: 2 }) n += k; export default n", "ab", 2],
  [
    "loops in loops",
    "let n = 0; for (const a of [1, 2]) for (const b of [3, 4]) n += a * b\nexport default n",
    21,
    6,
  ],
  [
    "a loop before else",
    "let n = 0; if (n === 0) for (const a of [1, 2]) n += a; else n = 9; export default n",
    3,
    2,
  ],
  [
    "labels",
    "let n = 0; out: for (;;) { for (;;) { if (++n > 2) break out; continue out; } } export default n",
    3,
    6,
  ],
  ["arrows", "const f = (a) => (b) => a + b; export default f(1)(2)", 3, 2],
  ["an object", "const f = () => ({ a: 1 }); export default f().a", 1, 1],
  ["a sequence", "const f = () => (1, 2); export default f()", 2, 1],
  [
    "an arrow at a loop's end",
    "let f; for (const a of [1, 2]) f = () => () => a\nexport default f()()",
    2,
    4,
  ],
  ["directives", 'function f() { "use strict"; return this; } export default f()', undefined, 1],
  [
    "classes",
    "class A { #x = 1; get x() { return this.#x; } } class B extends A { constructor() { super(); } } export default new B().x",
    1,
    2,
  ],
  ["generators", "function* f() { yield 1; yield 2; } export default [...f()].length", 2, 1],
])("[WD1] puts a checkpoint into %s and changes nothing else", async (_, code, value, passed) => {
  expect(await runGuarded(code)).toEqual({ value, passed });
});

test("[WD1] knows where it has put what, line by line", () => {
  const code = "let n = 0;\nwhile (n < 3) n++; const f = () => n;\nexport default f;";
  const guarded = guardLoops(code, "x");
  const lines = guarded.code.split("\n");
  // In the order of the text, each place counts what has been taken out before it.
  for (const { line, column, length } of guarded.insertions) {
    const text = lines[line - 1]!;
    lines[line - 1] = text.slice(0, column) + text.slice(column + length);
  }
  expect(lines.join("\n")).toBe(code);
});

test("[WD1] walks code that nests deeply", () => {
  const code = `export default ${"[".repeat(500)}() => 1${"]".repeat(500)}`;
  expect(guardLoops(code, "x").insertions).toHaveLength(3);
});
