import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ConvexClient, ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { realEnvironment } from "../src/base/environment.ts";
import { type RunningEngine, startEngine, withFolder } from "./rig.ts";

// A busy machine is slow, not wrong: these tests measure nothing.
vi.setConfig({ testTimeout: 60_000 });

const FILES_DIR = fileURLToPath(new URL("./fixtures/files", import.meta.url));
const HOUR_MS = 3_600_000;
const functions = anyApi.files!;
const digestOf = (text: string, encoding: "base64" | "hex") =>
  createHash("sha256").update(text).digest(encoding);

let running: RunningEngine;
let client: ConvexClient;
const start = async (options: Parameters<typeof startEngine>[0] = {}) => {
  running = await startEngine({ functionsDir: FILES_DIR, revealsErrors: true, ...options });
  client = running.connect();
};

type About = { url: string | null; row: unknown; metadata: unknown };
const about = (storageId: string) =>
  client.query(functions.about!, { storageId }) as Promise<About>;
const uploadUrl = () => client.mutation(functions.uploadUrl!, {}) as Promise<string>;

async function post(url: string, body: BodyInit, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: "POST", body, headers });
  return { status: response.status, json: (await response.json()) as Record<string, string> };
}

async function upload(text: string, contentType = "text/plain"): Promise<string> {
  const { json } = await post(await uploadUrl(), text, { "content-type": contentType });
  return json.storageId!;
}

/** Asks until the condition holds; the test's own time limit ends it. */
async function poll<T>(ask: () => T, condition: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = ask();
    if (condition(value)) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("stored files", () => {
  beforeEach(() => start());
  afterEach(() => running.stop());

  it("[FI1] come in by an upload address and go out by their own", async () => {
    const text = "a file\n".repeat(50_000);
    const storageId = await upload(text, "text/html; charset=utf-8");
    const { url, row, metadata } = await about(storageId);
    expect(row).toEqual({
      _id: storageId,
      _creationTime: expect.any(Number),
      sha256: digestOf(text, "base64"),
      size: text.length,
      contentType: "text/html; charset=utf-8",
    });
    expect(metadata).toEqual({
      storageId,
      sha256: digestOf(text, "hex"),
      size: text.length,
      contentType: "text/html; charset=utf-8",
    });
    expect(url).toMatch(new RegExp(`^${running.url}/api/storage/[0-9a-f-]{36}$`));
    expect(url).not.toContain(storageId);
    const response = await fetch(url!, { headers: { origin: "https://elsewhere.test" } });
    expect(response.status).toBe(200);
    const headers: Record<string, string> = {};
    response.headers.forEach((value, name) => {
      headers[name] = value;
    });
    expect(headers).toMatchObject({
      "accept-ranges": "bytes",
      "access-control-allow-origin": "https://elsewhere.test",
      "cache-control": "private, max-age=2592000",
      "content-length": String(text.length),
      "content-security-policy": expect.stringContaining("sandbox"),
      "content-type": "text/html; charset=utf-8",
      digest: `sha-256=${digestOf(text, "base64")}`,
      "x-content-type-options": "nosniff",
    });
    expect(await response.text()).toBe(text);
    const head = await fetch(url!, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(text.length)]);
  });

  it("[FI2] an upload address is ours, is not altered, and can be used again", async () => {
    const url = await uploadUrl();
    const first = await post(url, "one");
    const second = await post(url, "two");
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.json.storageId).not.toBe(second.json.storageId);
    expect(await about(first.json.storageId!)).toMatchObject({ row: { size: 3 } });
    expect(await post(`${url}x`, "x")).toMatchObject({
      status: 401,
      json: { code: "StorageTokenInvalid" },
    });
    expect(await post(url.replace(/\?.*/, ""), "x")).toMatchObject({ status: 401 });
    expect((await fetch(url)).status).toBe(405);
  });

  it("[FI3] every other address is a refusal in JSON", async () => {
    const refused = async (path: string) => {
      const response = await fetch(`${running.url}/api/storage/${path}`);
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    expect(await refused("..%2Fengine.sqlite")).toEqual([400, "InvalidStoragePath"]);
    expect(await refused("x")).toEqual([400, "InvalidStoragePath"]);
    expect(await refused("00000000-0000-4000-8000-000000000000")).toEqual([404, "FileNotFound"]);
    expect(await refused("-".repeat(36))).toEqual([404, "FileNotFound"]);
  });

  it("[FI4] a promised digest is checked, and nothing is kept of a file that has another", async () => {
    const url = await uploadUrl();
    const digest = (text: string) => ({ digest: `sha-256=${digestOf(text, "base64")}` });
    expect((await post(url, "right", digest("right"))).status).toBe(200);
    expect(await post(url, "wrong", digest("right"))).toMatchObject({
      status: 400,
      json: { code: "BadDigest" },
    });
    for (const unread of ["sha-256", "sha-256=", "sha-256: abc", "sha-256=a b", "md5=a, sha-256"]) {
      expect(await post(url, "right", { digest: unread })).toMatchObject({
        status: 400,
        json: { code: "BadDigest" },
      });
    }
    expect(await client.query(functions.rows!, {})).toHaveLength(1);
  });

  it("[FI5] one range of bytes is served, and what is none is the whole file", async () => {
    const { url } = await about(await upload("0123456789"));
    const get = async (range: string) => {
      const response = await fetch(url!, { headers: { range } });
      const body = response.status === 416 ? "" : await response.text();
      return [response.status, response.headers.get("content-range"), body];
    };
    expect(await get("bytes=2-4")).toEqual([206, "bytes 2-4/10", "234"]);
    expect(await get("bytes=7-")).toEqual([206, "bytes 7-9/10", "789"]);
    expect(await get("bytes=-3")).toEqual([206, "bytes 7-9/10", "789"]);
    expect(await get("bytes=8-99")).toEqual([206, "bytes 8-9/10", "89"]);
    expect(await get("bytes=-99")).toEqual([206, "bytes 0-9/10", "0123456789"]);
    expect(await get("bytes=10-")).toEqual([416, "bytes */10", ""]);
    expect(await get("bytes=1-2,4-5")).toEqual([200, null, "0123456789"]);
    expect(await get("lines=1-2")).toEqual([200, null, "0123456789"]);
    const empty = await about(await upload(""));
    const response = await fetch(empty.url!, { headers: { range: "bytes=0-1" } });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it("[FI6] an announced length over the limit is refused before it comes", async () => {
    const { hostname, port, pathname, search } = new URL(await uploadUrl());
    const status = await new Promise<number>((resolve, reject) => {
      const headers = { "content-length": String(2 ** 31) };
      const path = pathname + search;
      const sending = request({ hostname, port, path, method: "POST", headers }, (response) => {
        resolve(response.statusCode!);
        sending.destroy();
      });
      sending.on("error", reject);
      sending.flushHeaders();
    });
    expect(status).toBe(413);
  });

  it("[FI8] deletion is part of the mutation", async () => {
    const storageId = await upload("kept");
    const { url } = await about(storageId);
    const failed = client.mutation(functions.remove!, { storageId, thenThrow: true });
    await expect(failed).rejects.toThrow(/not after all/);
    expect((await fetch(url!)).status).toBe(200);
    expect(await client.mutation(functions.remove!, { storageId })).toBeNull();
    const gone = await fetch(url!);
    expect([gone.status, await gone.json()]).toMatchObject([404, { code: "FileNotFound" }]);
    expect(await about(storageId)).toEqual({ url: null, row: null, metadata: null });
    await expect(client.mutation(functions.remove!, { storageId })).rejects.toThrow(
      `storage id ${storageId} not found`,
    );
    await expect(client.query(functions.urlOf!, { id: "nonsense" })).rejects.toThrow(
      /Invalid storage ID/,
    );
  });

  it("[FI9] actions store, read and delete files", async () => {
    const result = await client.action(functions.actOnFiles!, { text: "made here" });
    expect(result).toMatchObject({
      text: "made here",
      type: "text/plain",
      metadata: { sha256: digestOf("made here", "hex"), size: 9, contentType: "text/plain" },
      after: null,
    });
    expect((await fetch(result.url)).status).toBe(404);
    expect((await post(result.uploadUrl, "x")).status).toBe(200);
    const sha256 = digestOf("other", "hex");
    const wrong = client.action(functions.actOnFiles!, { text: "made here", sha256 });
    await expect(wrong).rejects.toThrow(/SHA-256/);
  });

  it("[FI9] mutations store and read files, all or nothing", async () => {
    const { id, text } = await client.mutation(functions.storeInMutation!, { text: "inside" });
    expect(text).toBe("inside");
    const response = await fetch((await about(id)).url!);
    expect([response.headers.get("content-type"), await response.text()]).toEqual([
      "text/plain",
      "inside",
    ]);
    const failed = client.mutation(functions.storeInMutation!, { text: "x", thenThrow: true });
    await expect(failed).rejects.toThrow(/not after all/);
    expect(await client.query(functions.rows!, {})).toHaveLength(1);
  });
});

it("[FI1] have addresses under the path at which the engine is mounted", async () => {
  await start();
  const { port, url } = running;
  await running.stop();
  const cloudUrl = `${url}/convex`;
  await start({ port, mountPath: "/convex", cloudUrl });
  const http = new ConvexHttpClient(cloudUrl);
  const address: string = await http.mutation(functions.uploadUrl!, {});
  expect(address.startsWith(`${cloudUrl}/api/storage/upload?token=`)).toBe(true);
  const { storageId } = (await post(address, "mounted")).json;
  const described = (await http.query(functions.about!, { storageId })) as About;
  expect(described.url!.startsWith(`${cloudUrl}/api/storage/`)).toBe(true);
  expect(await (await fetch(described.url!)).text()).toBe("mounted");
  await running.stop();
});

describe("stored files on disk", () => {
  it("[FI10] are there after a restart, and an upload address is good for an hour over it", async () => {
    await withFolder(async (dataDir) => {
      const environment = realEnvironment(() => {});
      const aheadBy = (ms: number) => ({ ...environment, nowMs: () => environment.nowMs() + ms });
      await start({ dataDir });
      const { port } = running;
      const storageId = await upload("kept");
      const { url } = await about(storageId);
      const address = await uploadUrl();
      await running.stop();
      await start({ dataDir, port, environment: aheadBy(0.9 * HOUR_MS) });
      expect(await (await fetch(url!)).text()).toBe("kept");
      expect((await post(address, "x")).status).toBe(200);
      await running.stop();
      await start({ dataDir, port, environment: aheadBy(1.1 * HOUR_MS) });
      expect(await post(address, "x")).toMatchObject({
        status: 401,
        json: { code: "StorageTokenExpired" },
      });
      await running.stop();
    });
  });

  it("[FI11] bytes go after their row, and at start those of a day ago that no row names", async () => {
    await withFolder(async (dataDir) => {
      const dir = join(dataDir, "files");
      const names = () => readdirSync(dir).sort();
      const orphans = ["a", "b", "c"].map(
        (digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`,
      );
      const [old, young, unfinished] = [orphans[0]!, orphans[1]!, `${orphans[2]!}.part`];
      mkdirSync(dir, { recursive: true });
      for (const name of [old, young, unfinished]) writeFileSync(join(dir, name), "x");
      const longAgo = new Date(Date.now() - 25 * HOUR_MS);
      for (const name of [old, unfinished]) utimesSync(join(dir, name), longAgo, longAgo);
      await start({ dataDir });
      await poll(names, (found) => found.length === 1);
      expect(names()).toEqual([young]);
      const storageId = await upload("soon gone");
      expect(names()).toHaveLength(2);
      await client.mutation(functions.remove!, { storageId });
      await poll(names, (found) => found.length === 1);
      expect(names()).toEqual([young]);
      await running.stop();
    });
  });

  it("[FI7] leave nothing when the client goes away in the middle", async () => {
    await withFolder(async (dataDir) => {
      await start({ dataDir });
      const names = () => readdirSync(join(dataDir, "files"));
      const { hostname, port, pathname, search } = new URL(await uploadUrl());
      const sending = request({ hostname, port, path: pathname + search, method: "POST" });
      sending.on("error", () => {});
      sending.write("the beginning");
      await poll(names, (found) => found.length === 1);
      sending.destroy();
      await poll(names, (found) => found.length === 0);
      expect(await client.query(functions.rows!, {})).toEqual([]);
      await running.stop();
    });
  });
});
