import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClientAddressReader } from "./client-address";
import { createDispatch, type EngineMount } from "./dispatch";

type Seen = { who: string; url: string | undefined; headers: IncomingMessage["headers"] };

let seen: Seen[];
let troubles: string[];
let server: Server;
let port: number;
let engine: EngineMount | null;

const note = (who: string, { url, headers }: IncomingMessage) =>
  void seen.push({ who, url, headers: { ...headers } });

beforeEach(async () => {
  seen = [];
  troubles = [];
  engine = {
    handleRequest(request, response) {
      note("engine", request);
      response.end("engine");
    },
    handleUpgrade(request, socket) {
      note("engine upgrade", request);
      socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n");
    },
  };
  const dispatch = createDispatch({
    findEngine: () => engine,
    answerIdentity: async ({ path }) => {
      seen.push({ who: "identity", url: path, headers: {} });
      return Response.json({ path });
    },
    pages: {
      async handleRequest(request, response) {
        note("pages", request);
        if (request.url === "/broken") throw new Error("a page is broken");
        response.end("pages");
      },
      handleUpgrade: null,
    },
    clientAddress: createClientAddressReader([]),
    isHttps: false,
    log: (_level, message) => troubles.push(message),
  });
  server = createServer(dispatch.handleRequest);
  server.on("upgrade", dispatch.handleUpgrade);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});

afterEach(async () => {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
});

/** Sends bytes as they are, which `fetch` would tidy up, and reads to the end. */
function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

const get = (path: string, headers = "") =>
  sendRaw(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n`);
const upgrade = (path: string) =>
  get(path, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");

test.each([
  ["/convex", "engine", "/convex"],
  ["/convex/api/query", "engine", "/convex/api/query"],
  ["/convex/http/x?y=1", "engine", "/convex/http/x?y=1"],
  ["/api/auth/token?x=1", "identity", "token"],
  ["/api/auth/a/b", "identity", "a/b"],
  ["/api/authority", "pages", "/api/authority"],
  ["/convexity", "pages", "/convexity"],
  ["/%63onvex/api/query", "pages", "/%63onvex/api/query"],
  ["//convex/api/query", "pages", "//convex/api/query"],
  ["/messages", "pages", "/messages"],
])("%s is for the %s", async (path, who, url) => {
  expect(await get(path)).toMatch(/^HTTP\/1\.1 200 /);
  expect(seen.map((request) => [request.who, request.url])).toEqual([[who, url]]);
});

test.each(["http://evil.example/convex", "*"])("%s is no address of ours", async (target) => {
  expect(await get(target)).toMatch(/^HTTP\/1\.1 400 /);
  expect(seen).toEqual([]);
});

describe("an upgrade", () => {
  test("under /convex is the engine's", async () => {
    expect(await upgrade("/convex/api/1.48.0/sync")).toMatch(/^HTTP\/1\.1 101 /);
    expect(seen.map(({ who }) => who)).toEqual(["engine upgrade"]);
  });

  test.each(["/", "/messages", "/_next/hmr", "/api/auth/token", "/convexity", "http://x/convex"])(
    "to %s is nobody's",
    async (path) => {
      expect(await upgrade(path)).toMatch(/^HTTP\/1\.1 404 /);
      expect(seen).toEqual([]);
    },
  );
});

test("while functions are reloaded, clients are asked to come again", async () => {
  engine = null;
  expect(await get("/convex/api/query")).toMatch(/^HTTP\/1\.1 503 /);
  expect(await upgrade("/convex/api/1.48.0/sync")).toMatch(/^HTTP\/1\.1 404 /);
});

test("pages are not told what only we may tell them", async () => {
  const forged = ["X-Nonce", "X-Forwarded-For", "X-Forwarded-Host", "X-Middleware-Subrequest"];
  await get("/messages", forged.map((name) => `${name}: forged\r\n`).join(""));
  expect(JSON.stringify(seen[0]?.headers)).not.toContain("forged");
});

test("every answer carries the headers that protect it", async () => {
  for (const path of ["/", "/convex/version", "/api/auth/token", "/broken"]) {
    const answer = (await get(path)).toLowerCase();
    expect(answer).toContain("x-content-type-options: nosniff");
    expect(answer).toContain("frame-ancestors 'none'");
    expect(answer).toContain("referrer-policy: no-referrer");
    expect(answer).not.toContain("strict-transport-security");
  }
});

test("trouble in a page is one plain answer, and the next one works", async () => {
  const answer = await get("/broken");
  expect(answer).toMatch(/^HTTP\/1\.1 500 /);
  expect(answer).not.toContain("a page is broken");
  expect(troubles).toEqual(["request failed"]);
  expect(await get("/")).toMatch(/^HTTP\/1\.1 200 /);
});
