import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { citedRules, definedRules, namedPaths, tableRows } from "./documents";
import { listFiles, readSource, rootDir } from "./source-files";

const files = listFiles();
const SPEC = "packages/engine/SPEC.md";
const COVERAGE = "docs/coverage.md";
const LINES_MAX = 600;

/** Files that are long for a reason. A file not listed here is split by idea. */
const LONG_FILES: Record<string, string> = {
  "features/language/messages-ar.ts": "a table of one idea, whose language has six forms by number",
};

test("paths named in documents exist", () => {
  const folders = [
    ...new Set(files.filter((path) => path.includes("/")).map((path) => path.split("/")[0] ?? "")),
  ];
  const missing: string[] = [];
  for (const document of files.filter((path) => path.endsWith(".md"))) {
    for (const path of namedPaths(document, readSource(document), folders)) {
      if (!existsSync(rootDir + path)) missing.push(`${document} names ${path}`);
    }
  }
  expect(missing).toEqual([]);
});

test("no source file is longer than two ideas", () => {
  const sources = files.filter(
    (path) => /\.(tsx?|mjs|css)$/.test(path) && !path.includes("_generated/"),
  );
  const long = sources.filter((path) => readSource(path).split("\n").length > LINES_MAX);
  expect(long.filter((path) => !Object.hasOwn(LONG_FILES, path))).toEqual([]);
});

describe("the engine's specification", () => {
  const defined = definedRules(readSource(SPEC));
  const tests = files.filter((path) => /^packages\/engine\/.*\.(test|fuzz)\.ts$/.test(path));
  const cited = new Set(tests.flatMap((path) => citedRules(readSource(path))));

  test("gives every rule one number", () => {
    expect(defined.length).toBeGreaterThan(20);
    expect(defined.filter((id, index) => defined.indexOf(id) !== index)).toEqual([]);
  });

  test("has every rule that a test cites", () => {
    expect([...cited].filter((id) => !defined.includes(id)).sort()).toEqual([]);
  });

  test("has a test for every rule, or a reason in docs/coverage.md", () => {
    const excused = definedRules(readSource(COVERAGE));
    expect(defined.filter((id) => !cited.has(id))).toEqual(excused);
  });
});

test("the table of behaviours and the browser tests name each other", () => {
  const told = tableRows(readSource("docs/behaviours.md")).flatMap(([number = "", , where = ""]) =>
    [...where.matchAll(/`([^`]+)`/g)].map(([, path]) => `${number} ${path}`),
  );
  const shown = files
    .filter((path) => path.endsWith(".e2e.ts"))
    .flatMap((path) =>
      [...new Set(readSource(path).match(/\[B\d+\]/g))].map((id) => `${id.slice(1, -1)} ${path}`),
    );
  expect(shown.length).toBeGreaterThan(80);
  expect(told.toSorted()).toEqual(shown.toSorted());
});

test("every row of the wire's table names tests that cite its rule", () => {
  const engine = "packages/engine/";
  const rows = tableRows(readSource(`${engine}WIRE.md`));
  expect(rows.length).toBeGreaterThan(50);
  const wrong = rows.flatMap(([what = "", heldBy = ""]) => {
    const tests = [...heldBy.matchAll(/\[([A-Z]{2}\d{1,3})\] ([\w./-]+)/g)];
    if (tests.length === 0) return [`no test: ${what}`];
    return tests
      .filter(([, id = "", path]) => {
        const file = `${engine}${path}`;
        return !files.includes(file) || !citedRules(readSource(file)).includes(id);
      })
      .map(([cited]) => `${cited}: ${what}`);
  });
  expect(wrong).toEqual([]);
});

test("every skipped test has its reason in docs/coverage.md", () => {
  const coverage = readSource(COVERAGE);
  const skipping = files.filter(
    (path) =>
      /\.(test|e2e)\.tsx?$/.test(path) &&
      /\b(?:test|it|describe)\.(?:skip|todo|fails)\b/.test(readSource(path)),
  );
  expect(skipping.filter((path) => !coverage.includes(path))).toEqual([]);
});

describe("reading documents", () => {
  test("finds links and paths, and nothing else", () => {
    const text = [
      "See [the map](../ARCHITECTURE.md#rooms), [a site](https://example.org) and `scripts/test.mjs`.",
      "`GET /api/health`, `features/<noun>`, `convex/*.ts`, `npm start` and `unknown/place.ts` are none.",
      "```sh\ncat `scripts/none.mjs`\n```",
    ].join("\n");
    expect(namedPaths("docs/bench.md", text, ["scripts", "convex", "features"])).toEqual([
      "ARCHITECTURE.md",
      "scripts/test.mjs",
    ]);
  });

  test("finds rules where they are defined, not where they are mentioned", () => {
    const text =
      "# Store\n- **ST1** Commits are ordered, unlike TX9.\n- [ST2] Ranges.\n| ST3 | Keys |\n\nSee ST4.\n";
    expect(definedRules(text)).toEqual(["ST1", "ST2", "ST3"]);
  });

  test("finds the rows of tables, without their heads", () => {
    const text = "| a | b |\n| --- | :-: |\n| `c` | d |\n\nprose | more\n\n| e |\n| - |\n| f |\n";
    expect(tableRows(text)).toEqual([["`c`", "d"], ["f"]]);
  });

  test("finds rules where tests cite them", () => {
    expect(citedRules('test("[TX3] once"); test("[ST1, ST2] both"); const a = b[X1];')).toEqual([
      "TX3",
      "ST1",
      "ST2",
    ]);
  });
});
