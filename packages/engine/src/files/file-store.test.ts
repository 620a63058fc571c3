import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realEnvironment } from "../base/environment.ts";
import { openDiskFiles } from "./disk-files.ts";
import { type FileStore, isFileKey, newFileKey } from "./file-store.ts";
import { openMemoryFiles } from "./memory-files.ts";
import { receiveFile } from "./receive-file.ts";
import { makeUploadToken, readUploadToken } from "./upload-token.ts";

const environment = realEnvironment(() => {});
const newKey = () => newFileKey(environment.randomBytes(16));

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "parley-files-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function textOf(files: FileStore, key: string, start: number, end: number): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of await files.read(key, start, end)) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function listed(files: FileStore): Promise<Array<string | null>> {
  const keys: Array<string | null> = [];
  for await (const { key } of files.list()) keys.push(key);
  return keys;
}

describe.each<[string, () => FileStore]>([
  ["on disk", () => openDiskFiles(join(dir, "files"))],
  ["in memory", () => openMemoryFiles(environment)],
])("a file store %s", (_, openFiles) => {
  it("[FI7] shows a file once it is finished, whole and in parts", async () => {
    const files = openFiles();
    const key = newKey();
    const writer = await files.create(key);
    await writer.write(Buffer.from("hello "));
    await writer.write(Buffer.from("world"));
    await expect(files.read(key, 0, 1)).rejects.toThrow();
    await writer.finish();
    await writer.discard();
    expect(await textOf(files, key, 0, 11)).toBe("hello world");
    expect(await textOf(files, key, 4, 7)).toBe("o w");
    expect(await textOf(files, key, 3, 3)).toBe("");
    expect(await listed(files)).toEqual([key]);
  });

  it("[FI7] forgets what is discarded and what is removed", async () => {
    const files = openFiles();
    const [discarded, removed] = [newKey(), newKey()];
    const writer = await files.create(discarded);
    await writer.write(Buffer.from("x"));
    await writer.discard();
    await (await files.create(removed)).finish();
    await files.remove(removed);
    await files.remove(removed);
    expect(await listed(files)).toEqual([]);
    await expect(files.read(removed, 0, 0)).rejects.toThrow();
  });
});

it("[FI7] on disk lists what was never finished, and nothing that is not its own", async () => {
  const files = openDiskFiles(dir);
  const key = newKey();
  await (await files.create(key)).write(Buffer.from("x"));
  writeFileSync(join(dir, "somebody's.txt"), "x");
  const names: Array<[string | null, string]> = [];
  for await (const { key: found, name } of files.list()) names.push([found, name]);
  expect(names).toEqual([[null, `${key}.part`]]);
  await expect(files.read("../engine.sqlite", 0, 1)).rejects.toThrow("Assertion failed");
  expect(() => files.remove("../engine.sqlite")).toThrow("Assertion failed");
});

it("[FI7] a folder that cannot be made is said in a sentence", () => {
  writeFileSync(join(dir, "file"), "x");
  expect(() => openDiskFiles(join(dir, "file"))).toThrow(
    /^The folder \S+ cannot be made \(\w+\)\.$/,
  );
});

it("[FI6] a body that turns out too large is refused, and nothing is left of it", async () => {
  const files = openDiskFiles(dir);
  async function* body(parts: number): AsyncIterable<Uint8Array> {
    for (let part = 0; part < parts; part++) yield Buffer.alloc(1_000);
  }
  const limits = { random: environment.randomBytes(16), bytesMax: 3_000, expectedSha256: null };
  await expect(receiveFile(files, body(4), limits)).rejects.toMatchObject({ reason: "too-large" });
  expect(await listed(files)).toEqual([]);
  const received = await receiveFile(files, body(3), limits);
  expect(received.sizeBytes).toBe(3_000);
  expect(await listed(files)).toEqual([received.key]);
});

it("[FI3] keys are UUIDs, and nothing else is a key", () => {
  expect(isFileKey(newKey())).toBe(true);
  expect(newFileKey(new Uint8Array(16))).toBe("00000000-0000-4000-8000-000000000000");
  for (const text of ["", "..", "../x", newKey().toUpperCase(), `${newKey()}\n`, `${newKey()}/x`]) {
    expect(isFileKey(text)).toBe(false);
  }
});

it("[FI2] an upload token holds until it expires, unaltered, under its own secret", () => {
  const nonce = new Uint8Array([1]);
  for (const component of ["", "presence/batchWorker"]) {
    const token = makeUploadToken("secret", { expiresMs: 1_000, component }, nonce);
    expect(readUploadToken("secret", token, 999)).toEqual({ state: "valid", component });
    expect(readUploadToken("secret", token, 1_000)).toEqual({ state: "expired" });
    expect(readUploadToken("another", token, 999)).toEqual({ state: "invalid" });
    const later = makeUploadToken("secret", { expiresMs: 2_000, component }, nonce).split(".")[0];
    const altered = [later, ...token.split(".").slice(1)].join(".");
    const elsewhere = token.replace(/\.([^.]+)$/, ".b3RoZXI.$1");
    const texts = ["", ".", altered, elsewhere, `${token}x`, token.slice(1), "x".repeat(10_000)];
    for (const text of texts) {
      expect(readUploadToken("secret", text, 0)).toEqual({ state: "invalid" });
    }
  }
});
