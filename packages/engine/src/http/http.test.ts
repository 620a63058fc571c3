import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { ConvexError, convexToJson } from "convex/values";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { EngineError } from "../base/engine-error.ts";
import { AuthenticationError } from "../identity/authentication-error.ts";
import type { Caller, VerifiedIdentity } from "../identity/caller.ts";
import type { JSONObject, JSONValue } from "../values/json.ts";
import { socketAddress } from "./origin.ts";
import {
  type CallResult,
  createHttpHandler,
  createSiteHandler,
  type FunctionCaller,
  type Sender,
} from "./router.ts";

const MIB = 1024 * 1024;
const ADA: VerifiedIdentity = {
  identity: { subject: "ada" },
  tokenIdentifier: "https://id|ada",
  expiresAtMs: 0,
  token: "a.good.token",
};

interface Called {
  kind: string;
  path: string;
  args: JSONObject;
  from: Caller;
}

let called: Called[] = [];
let logged: string[] = [];
let httpAction: (request: Request, from: Caller) => Promise<Response>;

/** A machine whose functions are told by their names what to answer. */
function machine(): FunctionCaller {
  const run =
    (kind: string) =>
    async (path: string, args: JSONObject, { caller: from }: Sender) => {
      called.push({ kind, path, args, from });
      return answer(path, args);
    };
  return {
    runQuery: run("query"),
    runMutation: run("mutation"),
    runAction: run("action"),
    runFunction: run("function"),
    runHttpAction: (request, { caller }) => httpAction(request, caller),
    latestTimestamp: () => 1n,
  };
}

async function answer(path: string, args: JSONObject): Promise<CallResult> {
  switch (path) {
    case "f:echo":
      return { ok: true, valueJson: JSON.stringify(args), logLines: ["[LOG] 'x'"] };
    case "f:refuse":
      return { ok: false, errorMessage: "no", errorDataJson: '{"code":"no"}', logLines: [] };
    case "f:fail":
      return { ok: false, errorMessage: "Server Error", logLines: [] };
    case "f:busy":
      throw new EngineError("Overloaded", "secret path /data", {
        retryable: true,
        retryAfterMs: 1500,
      });
    default:
      throw new Error("secret stack");
  }
}

const verifier = {
  verify: async (token: string) => {
    if (token === "a.good.token") return ADA;
    throw new AuthenticationError("InvalidAuthHeader", "Could not verify the token.");
  },
};

let server: Server;
let site: Server;
let url: string;
let siteUrl: string;

async function listen(created: Server): Promise<string> {
  await new Promise<void>((resolve) => created.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(created.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  const options = {
    caller: machine(),
    verifier,
    adminKey: "key",
    readAddress: socketAddress,
    siteUrl: "http://site.example.com/convex/http",
    mountPath: "/convex",
    version: "1.2.3",
    log: (_level: string, message: string, facts?: Record<string, unknown>) =>
      void logged.push(`${message} ${JSON.stringify(facts)}`),
  };
  server = createServer(createHttpHandler(options));
  site = createServer(createSiteHandler(options));
  url = `${await listen(server)}/convex`;
  siteUrl = await listen(site);
});
beforeEach(() => {
  called = [];
  logged = [];
});
afterAll(() => {
  for (const one of [server, site]) {
    one.closeAllConnections();
    one.close();
  }
});

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body:
      typeof body === "string" || body instanceof Uint8Array
        ? (body as string | Uint8Array<ArrayBuffer>)
        : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: JSON.parse(text) };
}

const echo = { path: "f:echo", format: "convex_encoded_json", args: [{ a: 1 }] };

describe("calls", () => {
  test("[HT1] the stock client calls queries, mutations and actions", async () => {
    const client = new ConvexHttpClient(url, { logger: false });
    const args = { n: 7n, x: Number.NaN, list: ["ä"] };
    const { f } = anyApi as unknown as { f: { echo: never; refuse: never } };
    expect(await client.query(f.echo, args as never)).toEqual(args);
    expect(await client.mutation(f.echo, args as never)).toEqual(args);
    expect(await client.action(f.echo, args as never)).toEqual(args);
    expect(called.map(({ kind, path, from }) => [kind, path, from.kind])).toEqual([
      ["query", "f:echo", "anonymous"],
      ["mutation", "f:echo", "anonymous"],
      ["action", "f:echo", "anonymous"],
    ]);
    const refused = await client.mutation(f.refuse, {} as never).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConvexError);
    expect((refused as ConvexError<JSONValue>).data).toEqual({ code: "no" });
  });

  test("[HT1] only a ConvexError has errorData", async () => {
    expect((await post("/api/mutation", { path: "f:refuse", args: [{}] })).json).toEqual({
      status: "error",
      errorMessage: "no",
      errorData: { code: "no" },
      logLines: [],
    });
    expect((await post("/api/mutation", { path: "f:fail", args: {} })).json).toEqual({
      status: "error",
      errorMessage: "Server Error",
      logLines: [],
    });
  });

  test("[HT2] the format json has no marks", async () => {
    const args = convexToJson({ n: 7n, b: new Uint8Array([1]).buffer, x: 1.5, i: Infinity });
    const { json } = await post("/api/query", { path: "f:echo", format: "json", args });
    expect(json.value).toEqual({ n: "7", b: "AQ==", x: 1.5, i: "Infinity" });
  });

  test("[HT11] queries by GET, functions by their address, and several queries at once", async () => {
    const address = new URLSearchParams({
      path: "f:echo",
      args: '{"n":{"$integer":"BwAAAAAAAAA="}}',
    });
    const got = await fetch(`${url}/api/query?${address}`);
    expect(await got.json()).toMatchObject({ status: "success", value: { n: "7" } });
    expect((await fetch(`${url}/api/query?path=f:echo&args=x`)).status).toBe(400);
    expect((await fetch(`${url}/api/query`)).status).toBe(400);

    const run = await post("/api/run/dir/f/echo", { args: { a: 1 } });
    expect([run.status, called.at(-1)]).toMatchObject([
      500,
      { kind: "function", path: "dir/f:echo" },
    ]);
    expect((await post("/api/run/f/echo", { args: { a: 1 } })).json).toMatchObject({
      status: "success",
      value: { a: 1 },
    });
    expect((await post("/api/run/", {})).status).toBe(400);

    const batch = await post("/api/query_batch", {
      queries: [
        { ...echo, format: "convex_encoded_json" },
        { path: "f:refuse", args: {} },
      ],
    });
    expect(batch.json).toMatchObject({
      results: [{ status: "success" }, { status: "error", errorData: { code: "no" } }],
    });
    expect((await post("/api/query_batch", { queries: new Array(101).fill(echo) })).status).toBe(
      400,
    );
    expect((await post("/api/query_batch", {})).status).toBe(400);
  });

  test("[HT1] a path is made canonical, arguments may come without their array", async () => {
    await post("/api/function", { path: "f.js:echo", args: { a: 1 } });
    expect(called).toEqual([
      { kind: "function", path: "f:echo", args: { a: 1 }, from: { kind: "anonymous" } },
    ]);
  });

  test("[HT1] the latest timestamp", async () => {
    expect((await post("/api/query_ts", "")).json).toEqual({ ts: "AQAAAAAAAAA=" });
    const old = await post("/api/query_at_ts", { ...echo, ts: "AQAAAAAAAAA=" });
    expect([old.status, old.json.code]).toEqual([400, "NoHistory"]);
  });

  test.each<[string, unknown]>([
    ["nothing", ""],
    ["half an object", '{"path":'],
    ["a list", "[]"],
    ["broken UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
    ["no path", { args: [{}] }],
    ["a path that is a number", { ...echo, path: 1 }],
    ["an empty path", { ...echo, path: "" }],
    ["two arguments", { ...echo, args: [{}, {}] }],
    ["an argument that is a text", { ...echo, args: "x" }],
    ["an unknown format", { ...echo, format: "xml" }],
    ["a component that is a number", { ...echo, componentPath: 1 }],
    ["no name of a component", { ...echo, componentPath: "a;b" }],
    ["a timestamp that is none", { ...echo, ts: "x" }],
    ["a million brackets", `{"path":"f:echo","args":${"[".repeat(1_000_000)}`],
  ])("[HT3] a body with %s is refused with 400", async (_name, body) => {
    expect((await post("/api/query", echo)).status).toBe(200);
    const { status, json } = await post("/api/query", body);
    expect(status).toBe(400);
    expect(json).toEqual({ code: expect.any(String), message: expect.any(String) });
    expect(called.length).toBe(1);
  });

  test("[HT4] a body that is too large is refused, and its connection is good for the next", async () => {
    const { port } = server.address() as AddressInfo;
    const { Agent } = await import("node:http");
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = (body: string) =>
      new Promise<{ status: number; json: unknown; localPort: number }>((resolve, reject) => {
        const request = httpRequest(
          { port, host: "127.0.0.1", path: "/convex/api/query", method: "POST", agent },
          (response) => {
            const localPort = response.socket.localPort!;
            let text = "";
            response.setEncoding("utf8").on("data", (part: string) => {
              text += part;
            });
            response.on("end", () =>
              resolve({ status: response.statusCode!, json: JSON.parse(text), localPort }),
            );
          },
        );
        request.on("error", reject);
        request.end(body);
      });
    const large = await send(JSON.stringify({ ...echo, args: [{ a: "x".repeat(20 * MIB) }] }));
    const small = await send(JSON.stringify(echo));
    agent.destroy();
    expect([large.status, large.json]).toEqual([
      413,
      { code: "RequestTooLarge", message: "A request's body may have at most 16 MiB." },
    ]);
    expect(small.status).toBe(200);
    expect(small.localPort).toBe(large.localPort);
    expect(called.length).toBe(1);
  });

  test("[HT5] says who is calling", async () => {
    await post("/api/query", echo, { authorization: "Bearer a.good.token" });
    await post("/api/query", echo, { authorization: "Convex key" });
    expect(called.map(({ from }) => from)).toEqual([
      { kind: "user", identity: ADA },
      { kind: "admin", impersonating: null },
    ]);
  });

  test.each([
    ["a bad token", "Bearer bad", "InvalidAuthHeader"],
    ["a bad key", "Convex other", "BadAdminKey"],
    ["no token", "Bearer ", "InvalidAuthHeader"],
    ["another scheme", "Basic YTpi", "InvalidAuthHeader"],
  ])("[HT5] %s is refused with 401", async (_name, authorization, code) => {
    const { status, json } = await post("/api/mutation", echo, { authorization });
    expect([status, json.code, called.length]).toEqual([401, code, 0]);
  });

  test("[HT9] trouble inside is told without its details, which are logged", async () => {
    const busy = await post("/api/query", { ...echo, path: "f:busy" });
    expect([busy.status, busy.json.code, busy.headers.get("retry-after")]).toEqual([
      503,
      "Overloaded",
      "2",
    ]);
    const broken = await post("/api/query", { ...echo, path: "f:bug" });
    expect([broken.status, broken.json.code]).toEqual([500, "InternalServerError"]);
    expect(JSON.stringify([busy.json, broken.json])).not.toContain("secret");
    expect(logged.join("\n")).toContain("secret path");
    expect(logged.join("\n")).toContain("secret stack");
  });
});

describe("other addresses", () => {
  test.each([
    ["/version", "1.2.3"],
    ["/instance_name", "parley"],
    ["", "This is a deployment that Convex clients can talk to."],
    ["/", "This is a deployment that Convex clients can talk to."],
  ])("[HT9] GET %s", async (path, text) => {
    const response = await fetch(url + path);
    expect([response.status, await response.text()]).toEqual([200, text]);
  });

  test.each([
    ["/api/nothing", 404],
    ["/api/query/", 404],
    ["x/version", 404],
  ])("[HT9] %s is answered in JSON", async (path, status) => {
    expect(await post(path, {})).toMatchObject({ status, json: { code: "NotFound" } });
  });

  test("[HT9] the wrong method is said to be wrong", async () => {
    const response = await fetch(`${url}/api/mutation`);
    expect([response.status, await response.json()]).toEqual([
      405,
      { code: "MethodNotAllowed", message: "Use POST here." },
    ]);
  });

  test("[HT10] pages of other origins may call", async () => {
    const origin = "https://app.example.com";
    const preflight = await fetch(`${url}/api/query`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-headers": "authorization,x-y" },
    });
    expect(preflight.status).toBe(204);
    const allowed = ["origin", "credentials", "methods", "headers"].map((name) =>
      preflight.headers.get(`access-control-allow-${name}`),
    );
    expect(allowed).toEqual([
      origin,
      "true",
      "GET, POST, OPTIONS, PATCH, DELETE, PUT",
      "authorization,x-y",
    ]);
    expect(preflight.headers.get("access-control-max-age")).toBe("86400");
    const { headers } = await post("/api/query", echo, { origin });
    expect(headers.get("access-control-allow-origin")).toBe(origin);
  });
});

describe("HTTP actions", () => {
  test("[HT6] are served under /http and on the site's own port", async () => {
    const seen: unknown[] = [];
    httpAction = async (request, from) => {
      const { method, url, headers } = request;
      seen.push([method, url, headers.get("x-a"), await request.text(), from.kind]);
      const answer = new Response("made", { status: 201, headers: { "x-b": "2" } });
      answer.headers.append("set-cookie", "a=1");
      answer.headers.append("set-cookie", "b=2");
      return answer;
    };
    for (const base of [`${url}/http`, siteUrl]) {
      const init = { method: "POST", body: "hello", headers: { "x-a": "1" } };
      const response = await fetch(`${base}/hook/x?y=1`, init);
      expect([response.status, await response.text(), response.headers.get("x-b")]).toEqual([
        201,
        "made",
        "2",
      ]);
      expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
      expect(response.headers.get("access-control-allow-origin")).toBe(null);
    }
    const request = ["POST", "http://site.example.com/hook/x?y=1", "1", "hello", "anonymous"];
    expect(seen).toEqual([request, request]);
  });

  test("[HT7] a token that does not verify makes an invalid caller, not a refusal", async () => {
    const seen: string[] = [];
    httpAction = async (_request, from) => {
      seen.push(from.kind);
      return new Response(null, { status: 204 });
    };
    for (const authorization of ["Bearer a.good.token", "Bearer bad", "Basic YTpi", "Convex key"]) {
      await fetch(`${siteUrl}/x`, { headers: { authorization } });
    }
    expect(seen).toEqual(["user", "invalid-token", "invalid-token", "admin"]);
  });

  test("[HT8] a response is streamed as it is made", async () => {
    let push: (text: string | null) => void = () => {};
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        push = (text) =>
          text === null ? controller.close() : controller.enqueue(new TextEncoder().encode(text));
      },
    });
    httpAction = async () => new Response(body);
    const response = await fetch(`${siteUrl}/stream`);
    const reader = response.body!.getReader();
    // Each part arrives before the next one is made.
    push("one");
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("one");
    push("two");
    push(null);
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("two");
    expect((await reader.read()).done).toBe(true);
  });

  test("[HT8] a client that leaves ends the stream", async () => {
    const cancelled = new Promise<void>((resolve) => {
      httpAction = async () =>
        new Response(
          new ReadableStream<Uint8Array>({
            start: (controller) => controller.enqueue(new Uint8Array(1)),
            cancel: () => resolve(),
          }),
        );
    });
    const leave = new AbortController();
    const response = await fetch(`${siteUrl}/stream`, { signal: leave.signal });
    expect(response.status).toBe(200);
    leave.abort();
    await cancelled;
    expect(logged).toEqual([]);
  });

  test("[HT6] HEAD has no body, a path like a host names no host", async () => {
    const urls: string[] = [];
    httpAction = async (request) => {
      urls.push(request.url);
      return new Response("body");
    };
    const response = await fetch(`${siteUrl}//evil.example.com/x`, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(urls).toEqual(["http://site.example.com//evil.example.com/x"]);
  });

  test("[HT4] a body over 20 MiB does not reach the action", async () => {
    httpAction = async () => new Response("reached");
    const init = { method: "POST", body: "x".repeat(21 * MIB) };
    const response = await fetch(`${siteUrl}/x`, init);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
      413,
      "RequestTooLarge",
    ]);
  });

  test("[HT9] an action that cannot be run is a 500 in JSON", async () => {
    httpAction = async () => {
      throw new Error("secret");
    };
    const response = await fetch(`${siteUrl}/x`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret");
  });
});
