import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunningEngine, startEngine } from "./rig.ts";
import { openPeer } from "./sync-peer.ts";
import { createTestIssuer, type TestIssuer } from "./tokens.ts";

const notes = anyApi.notes!;
const ZERO = { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" };

let running: RunningEngine;
let issuer: TestIssuer;
beforeEach(async () => {
  issuer = await createTestIssuer();
  running = await startEngine({ environmentVariables: issuer.environmentVariables });
});
afterEach(() => running.stop());

const mutation = (requestId: number, udfPath: string, args: object) => ({
  type: "Mutation",
  requestId,
  udfPath,
  args: [args],
});
const addQuery = (queryId: number, udfPath: string, args: object) => ({
  type: "Add",
  queryId,
  udfPath,
  args: [args],
});
const textsIn = async (room: string) => {
  const list = await new ConvexHttpClient(running.url).query(notes.list!, { room });
  return (list as Array<{ text: string }>).map((note) => note.text);
};

describe("exactly once", () => {
  it("[SY6] answers a repeated request from its record and writes nothing again", async () => {
    const first = await openPeer(running.url, "session-a");
    first.send(mutation(0, "notes:send", { room: "a", text: "once" }));
    const answer = await first.next("MutationResponse");
    first.close();
    await first.closed;
    const second = await openPeer(running.url, "session-a");
    second.send(mutation(0, "notes:send", { room: "a", text: "once" }));
    expect(await second.next("MutationResponse")).toEqual(answer);
    expect(await second.next("Transition")).toMatchObject({ startVersion: ZERO });
    expect(await textsIn("a")).toEqual(["once"]);
  });

  it("[SY6] runs a repetition that arrives while the first is still under way only once", async () => {
    const peers = await Promise.all([
      openPeer(running.url, "session-a"),
      openPeer(running.url, "session-a"),
    ]);
    for (const peer of peers) peer.send(mutation(0, "notes:send", { room: "a", text: "once" }));
    const [one, two] = await Promise.all(peers.map((peer) => peer.next("MutationResponse")));
    expect(one).toEqual(two);
    expect(await textsIn("a")).toEqual(["once"]);
  });

  it("[SY7] refuses a repetition under another identity", async () => {
    const own = await openPeer(running.url, "session-a");
    const authenticate = async (subject: string) => ({
      type: "Authenticate",
      baseVersion: 0,
      tokenType: "User",
      value: await issuer.sign(subject),
    });
    own.send(await authenticate("ada"));
    own.send(mutation(0, "notes:send", { room: "a", text: "mine" }));
    expect(await own.next("MutationResponse")).toMatchObject({ success: true });
    const other = await openPeer(running.url, "session-a");
    other.send(await authenticate("eve"));
    other.send(mutation(0, "notes:send", { room: "a", text: "mine" }));
    const refused = await other.next("MutationResponse");
    expect(refused).toMatchObject({ success: false });
    expect(await textsIn("a")).toEqual(["mine"]);
  });
});

describe("the chain of versions", () => {
  it("[SY8] begins at zero, has no gap, and covers every answered mutation", async () => {
    const peer = await openPeer(running.url, "session-a");
    peer.send({
      type: "ModifyQuerySet",
      baseVersion: 0,
      newVersion: 1,
      modifications: [addQuery(0, "notes:list", { room: "a" })],
    });
    const first = await peer.next("Transition");
    expect(first).toMatchObject({
      startVersion: ZERO,
      endVersion: { querySet: 1, identity: 0 },
      modifications: [{ type: "QueryUpdated", queryId: 0, value: [] }],
    });
    peer.send(mutation(0, "notes:send", { room: "a", text: "one" }));
    const answer = await peer.next("MutationResponse");
    const second = await peer.next("Transition");
    expect(second).toMatchObject({
      startVersion: first.endVersion,
      modifications: [{ type: "QueryUpdated", queryId: 0, value: [{ text: "one" }] }],
    });
    expect((second.endVersion as { ts: string }).ts).toBe(answer.ts);
    peer.send(mutation(1, "notes:send", { room: "elsewhere", text: "two" }));
    const third = await peer.next("Transition");
    expect(third).toMatchObject({ startVersion: second.endVersion, modifications: [] });
    peer.send({
      type: "ModifyQuerySet",
      baseVersion: 1,
      newVersion: 2,
      modifications: [{ type: "Remove", queryId: 0 }],
    });
    expect(await peer.next("Transition")).toMatchObject({
      startVersion: third.endVersion,
      endVersion: { querySet: 2 },
      modifications: [{ type: "QueryRemoved", queryId: 0 }],
    });
  });
});

describe("identity", () => {
  it("[SY10] raises the identity version, and runs functions as the person", async () => {
    const peer = await openPeer(running.url, "session-a");
    const value = await issuer.sign("ada");
    peer.send({ type: "Authenticate", baseVersion: 0, tokenType: "User", value });
    peer.send({
      type: "ModifyQuerySet",
      baseVersion: 0,
      newVersion: 1,
      modifications: [addQuery(0, "notes:whoAmI", {})],
    });
    expect(await peer.next("Transition")).toMatchObject({
      endVersion: { querySet: 1, identity: 1 },
      modifications: [{ type: "QueryUpdated", value: "ada" }],
    });
    peer.send({ type: "Authenticate", baseVersion: 1, tokenType: "None" });
    expect(await peer.next("Transition")).toMatchObject({
      endVersion: { querySet: 1, identity: 2 },
      modifications: [{ type: "QueryUpdated", value: null }],
    });
  });

  it("[SY11] answers a bad token with AuthError and closes; nothing behind it is run", async () => {
    const peer = await openPeer(running.url, "session-a");
    peer.send({ type: "Authenticate", baseVersion: 0, tokenType: "User", value: "no.token.here" });
    peer.send(mutation(0, "notes:send", { room: "a", text: "as nobody" }));
    expect(await peer.next("AuthError")).toMatchObject({
      baseVersion: 0,
      authUpdateAttempted: true,
    });
    await peer.closed;
    expect(await textsIn("a")).toEqual([]);
  });

  it("[SY12] ends the connection when the token expires", async () => {
    const peer = await openPeer(running.url, "session-a");
    const value = await issuer.sign("ada", { lifetimeSeconds: 1 });
    peer.send({ type: "Authenticate", baseVersion: 0, tokenType: "User", value });
    expect(await peer.next("AuthError")).toMatchObject({ authUpdateAttempted: false });
    await peer.closed;
  });
});

describe("peers that break the protocol", () => {
  const breaches: Array<[string, string]> = [
    ["no JSON", "hello"],
    ["an array", "[]"],
    ["an unknown type", '{"type":"Nonsense"}'],
    ["nesting without end", `{"type":"Event","event":${"[".repeat(100_000)}`],
    [
      "a version gap",
      '{"type":"ModifyQuerySet","baseVersion":7,"newVersion":8,"modifications":[]}',
    ],
    ["an identity gap", '{"type":"Authenticate","baseVersion":9,"tokenType":"None"}'],
    [
      "an unknown query",
      '{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Remove","queryId":5}]}',
    ],
  ];
  it.each(breaches)(
    "[SY13] ends %s with a FatalError, and nobody else notices",
    async (_, text) => {
      const canary = await openPeer(running.url, "canary");
      const peer = await openPeer(running.url, "session-a");
      peer.sendText(text);
      expect(await peer.next("FatalError")).toMatchObject({ error: expect.any(String) });
      expect(await peer.closed).toMatchObject({ code: 1008 });
      canary.send(mutation(0, "notes:send", { room: "a", text: "still here" }));
      expect(await canary.next("MutationResponse")).toMatchObject({ success: true });
    },
  );

  it("[SY13] wants Connect first", async () => {
    const peer = await openPeer(running.url, "");
    peer.send(mutation(0, "notes:send", { room: "a", text: "too early" }));
    expect(await peer.closed).toEqual({ code: 1008, reason: "ConnectMissing" });
    expect(await textsIn("a")).toEqual([]);
  });

  it("[SY14] answers a request that is too large, so that its client does not send it for ever", async () => {
    const peer = await openPeer(running.url, "session-a");
    peer.send(mutation(0, "notes:send", { room: "a", text: "x".repeat(20 * 1024 * 1024) }));
    expect(await peer.next("MutationResponse")).toMatchObject({ requestId: 0, success: false });
    peer.send(mutation(1, "notes:send", { room: "a", text: "small" }));
    expect(await peer.next("MutationResponse")).toMatchObject({ requestId: 1, success: true });
  });
});
