import fc from "fast-check";
import { expect, test } from "vitest";
import { formatLogLine } from "./log-lines.ts";

test.each<[string, unknown[], string]>([
  ["log", ["hello", 1, null, undefined, true], "[LOG] 'hello' 1 null undefined true"],
  ["warn", ["it's"], "[WARN] 'it\\'s'"],
  ["error", [{ a: [1, "x"] }, 10n], "[ERROR] { a: [ 1, 'x' ] } 10n"],
  ["info", [], "[INFO] "],
])("[LL1] writes a line of level %s", (level, args, line) => {
  expect(formatLogLine(level, args)).toBe(line);
});

test("[LL1] a line has at most 4 KiB, whatever was logged", () => {
  fc.assert(
    fc.property(
      fc.array(fc.anything({ withBigInt: true, withDate: true, withMap: true })),
      (args) => {
        expect(formatLogLine("log", args).length).toBeLessThanOrEqual(4096);
      },
    ),
  );
  const line = formatLogLine("log", ["x".repeat(1_000_000), "y"]);
  expect(line.length).toBe(4096);
  expect(line.endsWith("...")).toBe(true);
});

test("[LL1] what is logged is not run", () => {
  const hostile = {
    get trap() {
      throw new Error("a getter was run");
    },
    toString() {
      throw new Error("toString was run");
    },
    [Symbol.for("nodejs.util.inspect.custom")]() {
      throw new Error("a custom inspector was run");
    },
  };
  expect(formatLogLine("log", [hostile])).toContain("[Getter]");
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  expect(formatLogLine("log", [revoked.proxy])).toMatch(/^\[LOG\] /);
});
