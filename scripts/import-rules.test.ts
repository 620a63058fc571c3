import { describe, expect, test } from "vitest";
import { checkSource, roomOf } from "./check-imports";
import { rooms } from "./import-rules";
import { listFiles, readSource } from "./source-files";

describe("the sources", () => {
  const sources = listFiles().filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts"));

  test("import only what their room may import", { timeout: 60_000 }, () => {
    expect(sources.length).toBeGreaterThan(20);
    const violations = sources.flatMap((path) => checkSource(path, readSource(path)));
    expect(violations.map(({ path, line, rule }) => `${path}:${line} ${rule}`)).toEqual([]);
  });

  test("live in a room, except the tools' own settings", () => {
    const homeless = sources.filter((path) => roomOf(path) === null && path.includes("/"));
    expect(homeless).toEqual([]);
  });
});

describe("the table", () => {
  test("names only rooms that exist", () => {
    const names = new Set(rooms.map((room) => room.name));
    const named = rooms.flatMap((room) => [...room.mayImport, ...(room.mayImportTypes ?? [])]);
    const unknown = named.filter((name) => !names.has(name));
    expect(unknown).toEqual([]);
  });
});

/** The rules that a one-line file breaks, without their explanation. */
function broken(path: string, text: string): string[] {
  return checkSource(path, text).map((violation) => violation.rule.split(":")[0] ?? "");
}

describe("a forbidden import is found", () => {
  test.each([
    ["shared/a.ts", 'import { x } from "../lib/x";', "shared imports lib (lib/x)"],
    ["shared/a.ts", 'import { v } from "convex/values";', "shared imports convex/values"],
    ["shared/a.ts", 'import "node:fs";', "shared imports node"],
    ["convex/users.ts", 'import { cn } from "@/lib/cn";', "convex imports lib (lib/cn)"],
    ["convex/users.ts", 'import { x } from "./messages";', null],
    [
      "convex/model/a.ts",
      'export * from "../users";',
      "convex/model imports convex (convex/users)",
    ],
    ["convex/users.ts", 'import { z } from "zod";', "convex imports zod"],
    [
      "features/a/b.tsx",
      'const C = () => import("@/auth/clerk/session");',
      "features imports auth/inside (auth/clerk/session)",
    ],
    [
      "features/a/b.tsx",
      'import type { X } from "@/app/layout";',
      "features imports app (app/layout)",
    ],
    [
      "features/a/b.tsx",
      'type X = import("../../convex/users").X;',
      "features imports convex (convex/users)",
    ],
    [
      "packages/engine/src/http/a.ts",
      'import { x } from "@/shared/limits";',
      "engine/http imports shared (shared/limits)",
    ],
    [
      "packages/engine/src/sync/a.ts",
      'import { x } from "../store/committer";',
      "engine/sync imports engine/store (packages/engine/src/store/committer)",
    ],
    [
      "packages/engine/src/values/a.ts",
      'import { x } from "../schema/validator";',
      "engine/values imports engine/schema (packages/engine/src/schema/validator)",
    ],
    [
      "packages/engine/src/store/a.ts",
      'import { x } from "../engine";',
      "engine/store imports engine (packages/engine/src/engine.ts)",
    ],
  ])("%s: %s", (path, text, rule) => {
    expect(broken(path, text)).toEqual(rule === null ? [] : [rule]);
  });
});

describe("an allowed import is not", () => {
  test.each([
    ["features/a/b.tsx", 'import { api } from "@/convex/_generated/api";'],
    ["features/a/b.tsx", 'import { useIdentity } from "@/auth/use-identity";'],
    ["convex/users.ts", 'import { requireMember } from "./model/access";'],
    ["convex/users.test.ts", 'import { convexTest } from "convex-test";'],
    ["packages/engine/src/engine.ts", 'import { x } from "./store/committer";'],
    ["packages/engine/src/sync/a.ts", 'import { x } from "../subscriptions/index";'],
    ["packages/engine/src/sync/a.ts", 'import type { X } from "../store/committer.ts";'],
    ["server/main.ts", 'import { createEngine } from "@parley/engine";'],
    ["features/a/b.tsx", '// import { x } from "@/app/layout";\nconst s = \'from "@/app/x"\';'],
  ])("%s: %s", (path, text) => {
    expect(broken(path, text)).toEqual([]);
  });
});

describe("an ambient power in the engine is found", () => {
  const path = "packages/engine/src/store/a.ts";
  test.each([
    ["const t = Date.now();", 1],
    ["const t = new Date();", 1],
    ["const t = new Date(5);", 0],
    ["const r = Math.random();", 1],
    ["setTimeout(() => {}, 5);", 1],
    ["function f(setTimeout: (g: () => void) => void) { setTimeout(() => {}); }", 0],
    ["clock.setTimeout(() => {}, 5);", 0],
    ["await fetch(url);", 1],
    ["const f = ({ fetch }: Needs) => fetch(url);", 0],
    ['import { readFileSync } from "node:fs";', 1],
    ['import { readFile } from "fs/promises";', 1],
    ["console.log(1);", 1],
    ['const text = "Date.now()";', 0],
  ])("%s", (text, count) => {
    expect(checkSource(path, text)).toHaveLength(count);
    expect(checkSource("packages/engine/src/base/a.ts", text)).toEqual([]);
    expect(checkSource("packages/engine/src/store/a.test.ts", text)).toEqual([]);
  });
});

test("a violation names its file, line and rule", () => {
  expect(checkSource("shared/a.ts", 'const a = 1;\n\nimport { x } from "../lib/x";')).toEqual([
    {
      path: "shared/a.ts",
      line: 3,
      rule: "shared imports lib (lib/x): shared is the pure ground floor of app and functions: it imports nothing",
    },
  ]);
});
