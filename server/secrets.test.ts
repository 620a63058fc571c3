import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readOrMakeSecret } from "./secrets";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "parley-secrets-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const modeOf = (path: string) => (statSync(join(dataDir, path)).mode & 0o777).toString(8);

test("is made once, kept, and readable by its owner alone", () => {
  const made = readOrMakeSecret(dataDir, "identity");
  expect(made).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(readOrMakeSecret(dataDir, "identity")).toBe(made);
  expect(readOrMakeSecret(dataDir, "events")).not.toBe(made);
  expect([modeOf("secrets"), modeOf("secrets/identity")]).toEqual(["700", "600"]);
  expect(readdirSync(join(dataDir, "secrets")).sort()).toEqual(["events", "identity"]);
});

test("rights that were widened are narrowed again", () => {
  readOrMakeSecret(dataDir, "identity");
  const path = join(dataDir, "secrets/identity");
  const secret = readFileSync(path, "utf8");
  rmSync(path);
  writeFileSync(path, secret, { mode: 0o644 });
  expect(readOrMakeSecret(dataDir, "identity")).toBe(secret.trim());
  expect(modeOf("secrets/identity")).toBe("600");
});

test.each(["", "short", "has spaces in it, and is quite long otherwise"])(
  "a damaged file (%j) is reported and left alone",
  (content) => {
    readOrMakeSecret(dataDir, "identity");
    const path = join(dataDir, "secrets/identity");
    writeFileSync(path, content);
    expect(() => readOrMakeSecret(dataDir, "identity")).toThrow(/is damaged: restore it/);
    expect(readFileSync(path, "utf8")).toBe(content);
  },
);
