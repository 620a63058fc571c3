import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COLORS, MOTIONS, RADII, SHADOWS, TYPE } from "./tokens";

const css = readFileSync(new URL("../../app/globals.css", import.meta.url), "utf8");

test.each([
  ["color", COLORS],
  ["text", TYPE],
  ["radius", RADII],
  ["shadow", SHADOWS],
  ["animate", MOTIONS],
] as const)("the gallery shows every %s token there is, and no other", (kind, shown) => {
  const inStyles = new Set(
    [...css.matchAll(new RegExp(`^  --${kind}-([a-z-]+):`, "gm"))].map(([, name]) => name),
  );
  expect(shown.map(([name]) => name).sort()).toEqual([...inStyles].sort());
});
