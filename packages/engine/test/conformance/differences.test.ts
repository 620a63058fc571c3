import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { differences, differencesTable } from "./differences.ts";

const here = new URL(".", import.meta.url);

it("[TE5] CONFORMANCE.md is the table of differences", () => {
  const text = readFileSync(new URL("../../CONFORMANCE.md", here), "utf8");
  const written = text.split("\n").filter((line) => line.startsWith("|"));
  // Formatters pad the cells.
  const bare = (row: string) => row.replaceAll(/\s+/g, " ").replaceAll(/-+/g, "-");
  expect(written.map(bare)).toEqual(differencesTable().map(bare));
});

it("[TE5] every difference is shown by a test, and has a reason", () => {
  const tests = readdirSync(here)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => readFileSync(new URL(name, here), "utf8"))
    .join("\n");
  const unused = Object.keys(differences).filter((id) => !tests.includes(`"${id}"`));
  const unexplained = Object.entries(differences)
    .filter(([, { reason }]) => reason.length < 10 || /not implemented|missing|yet/i.test(reason))
    .map(([id]) => id);
  expect({ unused, unexplained }).toEqual({ unused: [], unexplained: [] });
});
