import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { exchange } from "./exchange.ts";
import {
  createRandom,
  type FuzzedEngine,
  factor,
  inParallel,
  seed,
  startFuzzedEngine,
} from "./fuzzed-engine.ts";
import { type Answer, readAnswers } from "./http-answers.ts";

const CASES = Math.round(20_000 * factor);
const WIDTH = 16;
/** No 500: whatever comes in is answered for what it is. */
const STATUSES = [200, 204, 206, 400, 401, 403, 404, 405, 408, 413, 416, 417, 431, 503];
/** What only a request that was hidden in another's body is answered. */
const HIDDEN = "GET /http/where/hidden HTTP/1.1\r\nHost: a\r\n\r\n";

let engine: FuzzedEngine;
let uploadPath: string;
let filePath: string;
beforeAll(async () => {
  engine = await startFuzzedEngine("http");
  const client = new ConvexHttpClient(engine.url);
  const uploadUrl = String(await client.mutation(anyApi.guarded!.uploadUrl!, {}));
  const uploaded = await fetch(uploadUrl, { method: "POST", body: "all of a file" });
  const { storageId } = (await uploaded.json()) as { storageId: string };
  const fileUrl = String(await client.query(anyApi.guarded!.urlOf!, { id: storageId }));
  [uploadPath, filePath] = [uploadUrl, fileUrl].map((url) => url.slice(engine.url.length)) as [
    string,
    string,
  ];
});
afterAll(() => engine.stop());

it(`[FZ1, FZ6] P5: survives ${CASES} requests of every kind`, { timeout: 600_000 }, async () => {
  const random = createRandom(seed);
  const seen = new Map<string, number>();
  const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  await inParallel(CASES, WIDTH, async (place) => {
    const request = makeCase(random);
    try {
      const answers = readAnswers(await answerTo(request), request.isHead);
      judge(request, answers);
      for (const { status } of answers) note(`${request.kind}: ${status}`);
      if (answers.length === 0) note(`${request.kind}: nothing`);
    } catch (cause) {
      const bytes = Buffer.concat(request.parts).toString("base64");
      throw new Error(`case ${place}, ${request.kind}: ${(cause as Error).message}: ${bytes}`, {
        cause,
      });
    }
  });
  console.log(Object.fromEntries([...seen].sort()));
  // The generator must reach every way out, or it tests nothing.
  const reached = new Set([...seen.keys()].flatMap((what) => what.split(": ")));
  const kinds = ["call", "hidden", "pipeline", "cut", "damaged", "file", "action"];
  const statuses = [200, 204, 206, 400, 401, 404, 405, 431].map(String);
  expect([...kinds, ...statuses].filter((what) => !reached.has(what))).toEqual([]);
});

interface Case {
  kind: string;
  parts: Buffer[];
  isHead: boolean;
  /** Requests that nothing is wrong with; null where that cannot be said. */
  wholeRequests: number | null;
}

type Random = () => number;
const pick = <T>(random: Random, choices: readonly T[]): T =>
  choices[Math.floor(random() * choices.length)]!;
const below = (random: Random, count: number) => Math.floor(random() * count);
const bytes = (random: Random, count: number) =>
  Buffer.from(Array.from({ length: count }, () => below(random, 256)));

const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND"];
const CALLS = ["query", "mutation", "action", "function", "query_ts", "query_at_ts", "query_batch"];
const PATHS = [
  "/",
  "//",
  "/version",
  "/api",
  "/api/",
  "//api/query",
  "/api//query",
  "/api/query/../mutation",
  "/api/%71uery",
  "/api/query%00",
  "/api/query?path=guarded:all",
  "/api/query?path=guarded:all&args=%7B%7D&format=json",
  "/api/query?path=%ff%fe&args=%",
  `/api/query?args=${"%5B".repeat(1_000)}`,
  "/api/run/guarded/all",
  "/api/run/../../etc/passwd",
  "/api/run/guarded/hidden",
  "/api/update_environment_variables",
  "/.well-known/jwks.json",
  "/..%2f..%2fengine.sqlite",
  "/http",
  "/http//",
  "/http/where/../../api/query",
  "/http/where/%2e%2e/%00",
  "/http/where/a?b=%zz",
  "http://evil.test/api/query",
  "http://evil.test",
  "https://evil.test:99999999/",
  "*",
  "?",
  "/\u00ff\u00fe",
  "/api/sync",
  "/api/1.48.0/sync",
];
const FILES = [
  "/api/storage/",
  "/api/storage/../../engine.sqlite",
  "/api/storage/..%2f..%2fengine.sqlite",
  "/api/storage/%2e%2e/%2e%2e/admin-key",
  "/api/storage/00000000-0000-0000-0000-000000000000",
  "/api/storage/00000000-0000-0000-0000-000000000000/..",
  "/api/storage/upload",
  "/api/storage/upload?token=x",
  `/api/storage/upload?token=${"a.".repeat(2_000)}`,
];
const HEADERS = [
  "Content-Type: application/json",
  "Content-Type: multipart/form-data; boundary=",
  `Content-Type: ${"x/".repeat(300)}`,
  "Content-Type: \u00ff\u00fe",
  "Content-Encoding: gzip",
  "Authorization: Bearer a.b.c",
  "Authorization: Bearer ",
  "Authorization: Convex wrong|key",
  "Authorization: Convex wrong:e30=",
  "Authorization: Basic YTpi",
  `Authorization: Bearer ${"a.".repeat(3_000)}`,
  "Origin: null",
  "Origin: https://a.test%0d%0aset-cookie:x=1",
  "Origin: \u0080\u00ff",
  "Access-Control-Request-Headers: x, set-cookie: y",
  "Cookie: __proto__=1; a=b",
  "Range: bytes=0-0",
  "Range: bytes=-1,0-1,99999999999999999999-",
  "Digest: sha-256=x",
  "Expect: 100-continue",
  "Expect: the unexpected",
  "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
  "X-Forwarded-For: 1.2.3.4, __proto__",
  "X-HTTP-Method-Override: DELETE",
  "Convex-Client: npm-99.0.0",
  "constructor: __proto__",
  "Accept-Encoding: gzip, br",
  "Connection: close",
  "TE: trailers",
];
const BODIES: Array<(random: Random) => Buffer> = [
  () => Buffer.alloc(0),
  () => json({ path: "guarded:echo", args: { value: 1 } }),
  () => json({ path: "guarded:all", args: [{}], format: "json" }),
  () => json({ path: "guarded:send", args: { n: 1 }, format: "convex_encoded_json" }),
  () => json({ path: "guarded:hidden", args: {} }),
  () => json({ path: "guarded:echo", args: { value: { $integer: "x" } } }),
  () => json({ path: "_system/cli:envVarList", args: {} }),
  () => json({ path: { $ne: 1 }, args: [[]], ts: "AQAAAAAAAAA=" }),
  () => json({ queries: [{ path: "guarded:all", args: {} }, {}] }),
  () => json({ changes: [{ name: "A", value: "b" }] }),
  () => Buffer.from('{"__proto__":{"path":"guarded:hidden"},"args":{}}'),
  () => Buffer.from(`{"path":"guarded:echo","args":{"value":${"[".repeat(5_000)}`),
  () => Buffer.from('{"path":"guarded:echo","args":{"value":"\\ud800"}}'),
  () => Buffer.from("\ufeff{}"),
  () => Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  (random) => bytes(random, below(random, 300)),
  () => Buffer.alloc(70_000, 0x20),
];
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

/** Heads whose bodies end at one place for one reader and at another for the next. */
const AMBIGUOUS = [
  "Content-Length: 0\r\nTransfer-Encoding: chunked",
  "Transfer-Encoding: chunked\r\nContent-Length: 5",
  "Transfer-Encoding : chunked\r\nContent-Length: 0",
  "Transfer-Encoding: xchunked\r\nContent-Length: 0",
  "Transfer-Encoding: chunked, identity\r\nContent-Length: 0",
  "Transfer-Encoding:\u000bchunked\r\nContent-Length: 0",
  "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: 0",
  "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\nContent-Length: 5",
  "Content-Length: 0\r\nContent-Length: 5",
  "Content-Length: 5, 0",
  "Content-Length: +0",
  "Content-Length: 0x0",
  "Content-Length: -1",
  "Content-Length: 99999999999999999999",
  "X: a\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\nContent-Length: 0",
];

function makeCase(random: Random): Case {
  const isOf = (kind: string, all: Buffer, isHead = false): Case => ({
    kind,
    parts: split(random, all),
    isHead,
    wholeRequests: null,
  });
  switch (below(random, 8)) {
    case 0: {
      const head = `POST /api/query HTTP/1.1\r\nHost: a\r\n${pick(random, AMBIGUOUS)}\r\n\r\n`;
      const body = pick(random, [HIDDEN, `0\r\n\r\n${HIDDEN}`, `5\r\nhello\r\n0\r\n\r\n${HIDDEN}`]);
      return isOf("hidden", Buffer.from(head + body, "latin1"));
    }
    case 1: {
      const count = 2 + below(random, 4);
      const several = Array.from({ length: count }, (_, n) => goodRequest(random, n === count - 1));
      return { ...isOf("pipeline", Buffer.concat(several)), wholeRequests: several.length };
    }
    case 2: {
      const { all, isHead } = anyRequest(random);
      return isOf("cut", all.subarray(0, below(random, all.length)), isHead);
    }
    case 3: {
      const { all } = anyRequest(random);
      const changed = Buffer.from(all);
      for (let n = 0; n <= below(random, 5); n++) {
        changed[below(random, Math.min(changed.length, 200))] = below(random, 256);
      }
      return isOf("damaged", changed, changed.toString("latin1", 0, 5) === "HEAD ");
    }
    case 4: {
      if (random() < 0.2) {
        const range = `bytes=${below(random, 20)}-${pick(random, ["", below(random, 20)])}`;
        const head = `GET ${filePath} HTTP/1.1\r\nHost: a\r\nRange: ${range}\r\nConnection: close\r\n\r\n`;
        return { ...isOf("file", Buffer.from(head)), wholeRequests: 1 };
      }
      const files = [uploadPath, `${uploadPath}x`, filePath, `${filePath}/`, `${filePath}?a`];
      const { all, isHead } = anyRequest(random, [...FILES, ...files]);
      return isOf("file", all, isHead);
    }
    case 5: {
      const { all, isHead } = anyRequest(random, ["/http/echo", "/http/where/a", "/http/none"]);
      return isOf("action", all, isHead);
    }
    default: {
      const { all, isHead } = anyRequest(random);
      return isOf("call", all, isHead);
    }
  }
}

function goodRequest(random: Random, isLast: boolean): Buffer {
  const body = pick(random, BODIES)(random);
  const lines = [
    "POST /api/query HTTP/1.1",
    "Host: a",
    `Content-Length: ${body.length}`,
    `Connection: ${isLast ? "close" : "keep-alive"}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
}

function anyRequest(random: Random, paths?: string[]): { all: Buffer; isHead: boolean } {
  const calls = CALLS.map((name) => `/api/${name}`);
  const path = pick(random, paths ?? (random() < 0.5 ? calls : PATHS));
  const method = random() < 0.6 ? "POST" : pick(random, METHODS);
  const count = random() < 0.03 ? 3_000 : below(random, 5);
  const lines = Array.from({ length: count }, () => pick(random, HEADERS));
  if (random() < 0.9) lines.push("Host: a");
  const body = pick(random, BODIES)(random);
  const isChunked = random() < 0.3;
  lines.push(isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`);
  const version = random() < 0.95 ? "HTTP/1.1" : pick(random, ["HTTP/1.0", "HTTP/2.0", "HTTP/9"]);
  const head = `${method} ${path} ${version}\r\n${lines.join("\r\n")}\r\n\r\n`;
  const sent = isChunked ? inChunks(random, body) : body;
  return { all: Buffer.concat([Buffer.from(head, "latin1"), sent]), isHead: method === "HEAD" };
}

function inChunks(random: Random, body: Buffer): Buffer {
  const size =
    random() < 0.9 ? body.length.toString(16) : pick(random, ["-1", "zz", "fffffffffff"]);
  const note = pick(random, ["", "", ";a=b", `;${"x".repeat(20_000)}`]);
  const trailer = pick(random, ["", "", "X-Trailer: 1\r\n", "Content-Length: 5\r\n"]);
  const first = body.length === 0 ? "" : `${size}${note}\r\n`;
  const end = `${body.length === 0 ? "" : "\r\n"}0\r\n${trailer}\r\n`;
  return Buffer.concat([Buffer.from(first), body, Buffer.from(end)]);
}

/** At one place, or nowhere. */
function split(random: Random, all: Buffer): Buffer[] {
  if (random() < 0.7) return [all];
  const at = below(random, all.length + 1);
  return [all.subarray(0, at), all.subarray(at)];
}

/** Who ends its half has left, for Node; who is to be answered asks to be let go instead. */
function answerTo({ parts, wholeRequests }: Case): Promise<Buffer> {
  return exchange(engine.port, parts, wholeRequests === null);
}

/** @throws for an answer that tells of a hole. */
function judge({ kind, wholeRequests }: Case, answers: readonly Answer[]): void {
  for (const { status, headers, body } of answers) {
    expect(STATUSES).toContain(status);
    expect(headers.has("set-cookie")).toBe(false);
    const text = body.toString("utf8");
    // Places in our sources, paths of this machine, another's secrets.
    expect(text).not.toMatch(/\bat .+:\d+:\d+|engine\.sqlite|root:x:0|-----BEGIN/);
    if (headers.get("content-type")?.startsWith("application/json") && text !== "") {
      const answer = JSON.parse(text) as Record<string, unknown>;
      if (status >= 400) {
        expect(answer).toEqual({ code: expect.any(String), message: expect.any(String) });
      }
    }
    if (kind === "hidden") expect(text).not.toContain("/where/hidden");
  }
  if (wholeRequests !== null) expect(answers.length).toBe(wholeRequests);
  if (kind === "hidden") expect(answers.length).toBeLessThanOrEqual(1);
}
