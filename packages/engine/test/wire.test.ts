import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../src/base/limits.ts";
import { decodeTimestamp, encodeTimestamp } from "../src/protocol/timestamp.ts";
import { ADMIN_KEY, type RunningEngine, startEngine } from "./rig.ts";
import { openPeer, type SyncPeer } from "./sync-peer.ts";
import { createTestIssuer, type TestIssuer } from "./tokens.ts";

const CLIENT_DIR = fileURLToPath(new URL("./fixtures/client", import.meta.url));
const ISSUERS_DIR = fileURLToPath(new URL("./fixtures/issuers", import.meta.url));
const ZERO = { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" };

let running: RunningEngine;
let issuer: TestIssuer;
beforeEach(async () => {
  issuer = await createTestIssuer();
  const { environmentVariables } = issuer;
  running = await startEngine({ functionsDir: CLIENT_DIR, environmentVariables });
});
afterEach(() => running.stop());

const request = (type: "Mutation" | "Action", requestId: number, udfPath: string, args = {}) => ({
  type,
  requestId,
  udfPath,
  args: [args],
});
const add = (queryId: number, udfPath: string, args = {}) => ({
  type: "Add",
  queryId,
  udfPath,
  args: [args],
});
const modify = (newVersion: number, ...modifications: object[]) => ({
  type: "ModifyQuerySet",
  baseVersion: newVersion - 1,
  newVersion,
  modifications,
});
const authenticate = (baseVersion: number, value: string) => ({
  type: "Authenticate",
  baseVersion,
  tokenType: "User",
  value,
});
async function post(path: string, body: object, headers: Record<string, string> = {}) {
  const init = { method: "POST", body: JSON.stringify(body), headers };
  const response = await fetch(`${running.url}/api/${path}`, init);
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

describe("Connect", () => {
  it("[WI1] from a client that has seen later timestamps than there are is cut off to come again", async () => {
    const first = await openPeer(running.url, "session-a");
    first.send(request("Mutation", 0, "things:add", { room: "a", text: "x" }));
    const { ts } = (await first.next("MutationResponse")) as unknown as { ts: string };
    const connect = (maxObservedTimestamp: string) => ({ connect: { maxObservedTimestamp } });
    const uptodate = await openPeer(running.url, "session-b", connect(ts));
    uptodate.send(request("Action", 0, "things:whoActs"));
    await uptodate.next("ActionResponse");
    const later = encodeTimestamp(decodeTimestamp(ts) + 1n);
    const ahead = await openPeer(running.url, "session-c", connect(later));
    expect(await ahead.closed).toEqual({ code: 1011, reason: "InternalServerError" });
    expect(ahead.all).toEqual([]);
  });

  it("[WI2] begins at zero on every socket, and learns how far its clock is ahead, once", async () => {
    for (const connectionCount of [0, 7]) {
      const clientTs = Date.now() + 3_600_000;
      const peer = await openPeer(running.url, "session-a", {
        connect: { connectionCount, clientTs, lastCloseReason: "InitialConnect" },
      });
      peer.send(modify(1));
      const first = await peer.next("Transition");
      expect(first).toMatchObject({ startVersion: ZERO, endVersion: { querySet: 1, identity: 0 } });
      const skewMs = first.clientClockSkew as number;
      expect(skewMs).toBeGreaterThan(3_000_000);
      expect(skewMs).toBeLessThanOrEqual(3_600_000);
      peer.send(modify(2));
      expect(await peer.next("Transition")).not.toHaveProperty("clientClockSkew");
    }
  });

  it("[WI3] Event is ignored", async () => {
    const peer = await openPeer(running.url, "session-a");
    peer.send({ type: "Event", eventType: "ClientConnect", event: [{ any: "thing" }] });
    peer.send(request("Action", 0, "things:whoActs"));
    await peer.next("ActionResponse");
    expect(peer.all).toHaveLength(1);
  });
});

describe("the query set", () => {
  it("[WI4] a query that is added and removed at once is told to be removed and nothing else", async () => {
    const peer = await openPeer(running.url, "session-a");
    peer.send(modify(1, add(0, "things:whoAmI"), { type: "Remove", queryId: 0 }));
    expect(await peer.next("Transition")).toMatchObject({
      modifications: [{ type: "QueryRemoved", queryId: 0 }],
    });
  });

  it("[WI4] a query that is added twice ends the client", async () => {
    const peer = await openPeer(running.url, "session-a");
    peer.send(modify(1, add(0, "things:whoAmI"), add(0, "things:whoAmI")));
    expect(await peer.next("FatalError")).toMatchObject({ error: expect.any(String) });
    expect(await peer.closed).toEqual({ code: 1008, reason: "ProtocolError" });
  });

  it("[WI5] all results of a transition are of one moment, its own", async () => {
    const peer = await openPeer(running.url, "session-a");
    const rooms = ["a", "b"];
    peer.send(modify(1, ...rooms.map((room, id) => add(id, "things:list", { room }))));
    await peer.next("Transition");
    const writer = await openPeer(running.url, "session-b");
    const written = [0, 1].map((n) => {
      writer.send(request("Mutation", n, "things:add", { room: rooms[n], text: "x" }));
      return writer.next("MutationResponse") as Promise<never>;
    });
    const stamps = (await Promise.all(written)).map(({ ts }) => decodeTimestamp(ts));
    const shown = new Map<number, bigint>();
    while (shown.size < 2) {
      const { endVersion, modifications } = (await peer.next("Transition")) as never as {
        endVersion: { ts: string };
        modifications: Array<{ queryId: number }>;
      };
      const at = decodeTimestamp(endVersion.ts);
      // Whatever is covered by its timestamp is in it, or was shown before.
      for (const { queryId } of modifications) shown.set(queryId, at);
      for (const [n, ts] of stamps.entries()) if (ts <= at) expect(shown.has(n)).toBe(true);
    }
  });

  it("[SY9] a run that gives the same is not sent, a failure with another request id neither", async () => {
    const peer = await openPeer(running.url, "session-a");
    await post("mutation", { path: "things:add", args: { room: "a", text: "x" } });
    peer.send(modify(1, add(0, "things:list", { room: "a" }), add(1, "things:failAfterReading")));
    await peer.next("Transition");
    const runs = running.engine.counters().queryRuns;
    peer.send(request("Mutation", 0, "things:renew"));
    const answer = await peer.next("MutationResponse");
    expect(await peer.next("Transition")).toMatchObject({
      endVersion: { ts: answer.ts },
      modifications: [],
    });
    // Both were run again: the rows that they read have changed.
    expect(running.engine.counters().queryRuns).toBe(runs + 2);
  });
});

describe("requests", () => {
  it("[WI6] actions run side by side, and past 100 at once are refused by name", async () => {
    const peer = await openPeer(running.url, "session-a");
    const { socketActionsMax: max } = limits;
    for (let n = 0; n <= max; n++) {
      peer.send(request("Action", n, "things:wait", { key: `k${n}` }));
    }
    expect(await peer.next("ActionResponse")).toMatchObject({
      requestId: max,
      success: false,
      result: expect.stringMatching(/^TooManyConcurrentActions/),
    });
    const other = await openPeer(running.url, "session-b");
    // The last is let go first.
    for (let n = max - 1; n >= 0; n--) {
      other.send(modify(max - n, add(n, "things:list", { room: `waiting k${n}` })));
      for (let texts: unknown = []; !String(texts).includes("started"); ) {
        const { modifications } = (await other.next("Transition")) as never as {
          modifications: Array<{ value: unknown }>;
        };
        texts = modifications[0]?.value ?? [];
      }
      other.send(request("Action", n, "things:letGo", { key: `k${n}` }));
      expect(await peer.next("ActionResponse")).toEqual({
        type: "ActionResponse",
        requestId: n,
        success: true,
        result: "let go",
        logLines: [],
      });
    }
  }, 30_000);

  it("[WI7] an answer has exactly the fields of its kind", async () => {
    const peer = await openPeer(running.url, "session-a");
    peer.send(request("Mutation", 0, "things:echoMutation", { value: 1 }));
    expect(await peer.next("MutationResponse")).toEqual({
      type: "MutationResponse",
      requestId: 0,
      success: true,
      result: 1,
      ts: expect.stringMatching(/^[\w+/]{11}=$/),
      logLines: [],
    });
    peer.send(request("Mutation", 1, "things:failMutation", { how: "null" }));
    const refused = await peer.next("MutationResponse");
    expect(refused).toMatchObject({ success: false, errorData: null });
    peer.send(request("Mutation", 2, "things:failMutation", { how: "error" }));
    const failed = await peer.next("MutationResponse");
    expect(failed.result).toMatch(/^\[Request ID: [0-9a-f]{16}\] Server Error$/);
    expect(failed).not.toHaveProperty("errorData");
  });
});

describe("tokens", () => {
  it("[WI8] a refusal names the identity version that is in force, and that a token was at fault", async () => {
    const peer = await openPeer(running.url, "session-a");
    peer.send(authenticate(0, await issuer.sign("ada")));
    peer.send(modify(1, add(0, "things:whoAmI")));
    expect(await peer.next("Transition")).toMatchObject({ endVersion: { identity: 1 } });
    peer.send(authenticate(1, "no.good.token"));
    expect(await peer.next("AuthError")).toEqual({
      type: "AuthError",
      error: expect.any(String),
      baseVersion: 1,
      authUpdateAttempted: true,
    });
    expect(await peer.closed).toMatchObject({ code: 1000 });
    // Comes back with a better one, and is the same person.
    const again = await openPeer(running.url, "session-a", { connect: { connectionCount: 1 } });
    again.send(authenticate(0, await issuer.sign("ada")));
    again.send(modify(1, add(0, "things:whoAmI")));
    expect(await again.next("Transition")).toMatchObject({
      endVersion: { identity: 1 },
      modifications: [{ value: "ada" }],
    });
  });

  const admin = (value: string, impersonating?: object) => ({
    type: "Authenticate",
    baseVersion: 0,
    tokenType: "Admin",
    value,
    ...(impersonating ? { impersonating } : {}),
  });

  it("[WI9] the admin key may call what is internal, and be somebody meanwhile", async () => {
    const peer = await openPeer(running.url, "session-a");
    const tokenIdentifier = "https://issuer.test|grace";
    peer.send(
      admin(ADMIN_KEY, { tokenIdentifier, issuer: "https://issuer.test", subject: "grace" }),
    );
    peer.send(request("Mutation", 0, "things:hiddenMutation"));
    peer.send(modify(1, add(0, "things:whoAmI"), add(1, "things:hiddenQuery")));
    expect(await peer.next("MutationResponse")).toMatchObject({ success: true, result: "hidden" });
    expect(await peer.next("Transition")).toMatchObject({
      modifications: [
        { queryId: 0, value: "grace" },
        { queryId: 1, value: "hidden" },
      ],
    });
    const header = Buffer.from(JSON.stringify({ tokenIdentifier, subject: "grace" })).toString(
      "base64",
    );
    const asGrace = { authorization: `Convex ${ADMIN_KEY}:${header}` };
    const { json } = await post("query", { path: "things:whoAmI", args: {} }, asGrace);
    expect(json).toMatchObject({ value: "grace" });
  });

  it("[WI9] another key is refused, and nobody without it gets in", async () => {
    const peer = await openPeer(running.url, "session-a");
    peer.send(admin("another key"));
    expect(await peer.next("AuthError")).toMatchObject({ authUpdateAttempted: true });
    const anybody = await openPeer(running.url, "session-b");
    anybody.send(request("Mutation", 0, "things:hiddenMutation"));
    expect(await anybody.next("MutationResponse")).toMatchObject({
      success: false,
      result: expect.stringContaining("Could not find public function"),
    });
  });
});

describe("HTTP", () => {
  it("[WI10] query_at_ts shows what was there at the moment of query_ts, and no other moment", async () => {
    const send = (text: string) =>
      post("mutation", { path: "things:add", args: { room: "a", text } });
    await send("one");
    const { ts } = (await post("query_ts", {})).json as { ts: string };
    await send("two");
    const at = (stamp: string) =>
      post("query_at_ts", { path: "things:list", args: { room: "a" }, ts: stamp });
    expect((await at(ts)).json).toMatchObject({ status: "success", value: ["one"] });
    for (const never of [1n, decodeTimestamp(ts) * 2n]) {
      const { status, json } = await at(encodeTimestamp(never));
      expect([status, json]).toEqual([
        200,
        { status: "error", errorMessage: expect.stringMatching(/snapshot/), logLines: [] },
      ]);
    }
  });

  it("[HT2] both formats of answers, and arguments in either", async () => {
    const args = { value: { n: { $integer: "BwAAAAAAAAA=" }, f: { $float: "AAAAAAAA8H8=" } } };
    const ask = async (format?: string) =>
      (await post("query", { path: "things:echoQuery", args, ...(format ? { format } : {}) })).json;
    expect(await ask("convex_encoded_json")).toMatchObject({ value: args.value });
    expect(await ask("json")).toMatchObject({ value: { n: "7", f: "Infinity" } });
    const refused = await post("query", { path: "things:echoQuery", args, format: "yaml" });
    expect(refused.status).toBe(400);
    const failed = async (format: string) =>
      (await post("mutation", { path: "things:failMutation", args: { how: "data" }, format })).json;
    for (const format of ["json", "convex_encoded_json"]) {
      expect(await failed(format)).toMatchObject({
        status: "error",
        errorData: { code: 7, list: ["a", null] },
      });
    }
  });
});

describe("keys of issuers", () => {
  const asked: string[] = [];
  let server: Server;
  let url: string;
  let sign: (kind: "oidc" | "custom", subject: string) => Promise<string>;
  let own: RunningEngine;

  beforeEach(async () => {
    asked.length = 0;
    const keys = await generateKeyPair("RS256", { extractable: true });
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: "k1", alg: "RS256", use: "sig" };
    server = createServer((message, response) => {
      asked.push(message.url!);
      const configuration = { issuer: url, jwks_uri: `${url}/keys` };
      response.setHeader("content-type", "application/json");
      const isKeys = message.url!.endsWith("/keys");
      response.end(JSON.stringify(isKeys ? { keys: [jwk] } : configuration));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    sign = (kind, subject) =>
      new SignJWT({ name: subject })
        .setProtectedHeader({ alg: "RS256", kid: "k1" })
        .setIssuer(kind === "oidc" ? url : `${url}/custom`)
        .setAudience("convex")
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime("5m")
        .sign(keys.privateKey);
    own = await startEngine({
      functionsDir: ISSUERS_DIR,
      environmentVariables: { TEST_ISSUER: url },
    });
  });
  afterEach(async () => {
    await own.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it("[WI11] OpenID Connect and custom JWT are told apart by issuer, and keys are fetched once", async () => {
    const who = async (peer: SyncPeer, token: string) => {
      peer.send(authenticate(0, token));
      peer.send(modify(1, add(0, "who:amI")));
      const { modifications } = (await peer.next("Transition")) as never as {
        modifications: Array<{ value: unknown }>;
      };
      return modifications[0]!.value;
    };
    for (const subject of ["ada", "bob", "eve"]) {
      for (const kind of ["oidc", "custom"] as const) {
        const peer = await openPeer(own.url, `${subject} ${kind}`);
        const issuerUrl = kind === "oidc" ? url : `${url}/custom`;
        expect(await who(peer, await sign(kind, subject))).toBe(`${issuerUrl}|${subject}`);
      }
    }
    expect(asked).toEqual(["/.well-known/openid-configuration", "/keys", "/custom/keys"]);
  });
});
