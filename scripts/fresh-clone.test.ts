import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findBrowser } from "./find-browser.mjs";
import { needsInstall } from "./install-dependencies.mjs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parley-clone-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("installing", () => {
  const write = (path: string, seconds: number) => {
    writeFileSync(join(folder, path), "{}");
    utimesSync(join(folder, path), seconds, seconds);
  };

  test("is needed on a fresh clone and after the lockfile has changed, and then not again", () => {
    write("package-lock.json", 1_000);
    expect(needsInstall(folder)).toBe(true);
    mkdirSync(join(folder, "node_modules"));
    expect(needsInstall(folder)).toBe(true);
    write("node_modules/.package-lock.json", 2_000);
    expect(needsInstall(folder)).toBe(false);
    write("package-lock.json", 3_000);
    expect(needsInstall(folder)).toBe(true);
  });
});

describe("finding a browser", () => {
  const program = (name: string) => {
    const path = join(folder, name);
    writeFileSync(path, "#!/bin/sh\n");
    chmodSync(path, 0o755);
    return path;
  };

  test("the one that is named counts, and no other takes its place", async () => {
    const named = program("my-browser");
    program("chromium");
    expect(await findBrowser({ PARLEY_CHROMIUM: named, PATH: folder })).toBe(named);
    expect(await findBrowser({ PARLEY_CHROMIUM: `${named}-gone`, PATH: folder })).toBeNull();
  });

  test("otherwise one on the path, Chromium before Chrome", async () => {
    program("google-chrome");
    const chromium = program("chromium");
    expect(await findBrowser({ PATH: `${join(folder, "empty")}:${folder}` })).toBe(chromium);
  });
});
