import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createEngine, type Engine } from "@parley/engine";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";

/**
 * What one action in a conversation costs, in counts that no machine changes: queries run, documents
 * read, and bytes of results to whoever is looking and to whoever is not. The functions are Parley's,
 * the engine is the real one, and everybody subscribes to what a browser with an open chat does.
 */

const MEMBERS = 50;
const SHOWN_PRESENCES = 50;
const TEXT = "x".repeat(200);
const functionsDir = fileURLToPath(new URL("../convex", import.meta.url));
const issuer = "https://issuer.test";

interface Cost {
  queryRuns: number;
  documentsRead: number;
  bytesToMember: number;
  bytesToStranger: number;
}

type Frame = { type: string } & Record<string, unknown>;

let engine: Engine;
let server: Server;
let sign: (subject: string) => Promise<string>;
const peers: Peer[] = [];

// Both have sequence numbers of three digits, so that frames have one length.
describe.each([150, 850])("in a conversation of 50 with %i messages", (messages) => {
  let sender: Peer;
  let reader: Peer;
  let room: string;
  let costOf: (act: () => Promise<unknown>) => Promise<Cost>;
  beforeAll(async () => {
    ({ sender, reader, room, costOf } = await openGroup(messages));
  }, 60_000);
  afterAll(async () => {
    for (const peer of peers.splice(0)) peer.close();
    await engine.close();
    server.closeAllConnections();
    server.close();
  });

  test("a send runs the page once, and two small queries a member", async () => {
    const send = (n: number) => sender.mutate("messages:sendMessage", message(room, n));
    await send(10_001);
    expect(await costOf(() => send(10_002))).toEqual({
      // The page; the list and the unread counts of everybody.
      queryRuns: 1 + 2 * MEMBERS,
      // The sending reads 8, the page 32, each member 3 for the counts and 7 for the list.
      documentsRead: 8 + 32 + MEMBERS * 10,
      bytesToMember: 13880,
      bytesToStranger: 0,
    });
  });

  test("a heartbeat runs what is asked about its sender once for all who look", async () => {
    const beat = () => sender.mutate("users:sendHeartbeat", { tabId: "one" });
    await beat();
    expect(await costOf(beat)).toEqual({
      queryRuns: 1,
      documentsRead: 3,
      bytesToMember: 136,
      bytesToStranger: 0,
    });
  });

  test("a typing ping runs one small query a member", async () => {
    const ping = () => sender.mutate("typingStates:setTypingState", { conversationId: room });
    await ping();
    await sender.mutate("typingStates:clearTypingState", { conversationId: room });
    expect(await costOf(ping)).toEqual({
      queryRuns: MEMBERS,
      // And one to see whether somebody is blocked here.
      documentsRead: 3 * MEMBERS + 1,
      bytesToMember: 145,
      bytesToStranger: 0,
    });
  });

  test("a read mark runs the marks once for all, and the reader's own counts", async () => {
    const read = () =>
      reader.mutate("messages:markConversationsAsRead", { conversationIds: [room] });
    await read();
    await sender.mutate("messages:sendMessage", message(room, 10_003));
    expect(await costOf(read)).toEqual({
      queryRuns: 3,
      // One of them to see whether somebody is blocked here.
      documentsRead: 67,
      bytesToMember: 3424,
      bytesToStranger: 0,
    });
  });
});

function message(conversationId: string, n: number) {
  return {
    conversationId,
    content: TEXT,
    clientMessageId: `message ${String(n).padStart(6, "0")}`,
  };
}

/**
 * A group in which everybody has the chat open, and somebody else who has not.
 *
 * @returns People to act, and what tells the cost of an action, which must be answered when it resolves.
 */
async function openGroup(messages: number) {
  await startEngine();
  const ids = Array.from({ length: MEMBERS }, (_, n) => `user_${String(n).padStart(3, "0")}`);
  const members = await Promise.all(ids.map(signIn));
  const stranger = await signIn("user_999");
  for (const peer of [...members, stranger]) await peer.mutate("users:syncUser", {});
  const [sender, reader, looker] = members as [Peer, Peer, Peer];
  const group = { groupName: "Everybody", participantIds: ids };
  const room = (await sender.mutate("conversations:createGroup", group)).result as string;
  for (let n = 0; n < messages; n += MEMBERS) {
    const all = members.map((peer, k) => peer.mutate("messages:sendMessage", message(room, n + k)));
    await Promise.all(all);
  }
  for (const peer of members) {
    await peer.mutate("messages:markConversationsAsRead", { conversationIds: [room] });
  }
  for (const peer of members) await peer.subscribe(browserQueries(room, ids));
  await stranger.subscribe(browserQueries(null, ids));

  const costOf = async (act: () => Promise<unknown>): Promise<Cost> => {
    const everybody = [...members, stranger];
    await Promise.all(everybody.map((peer) => peer.settle()));
    const [before, ofLooker, ofStranger] = [
      engine.counters(),
      looker.receivedBytes(),
      stranger.receivedBytes(),
    ];
    await act();
    await Promise.all(everybody.map((peer) => peer.settle()));
    const after = engine.counters();
    return {
      queryRuns: after.queryRuns - before.queryRuns,
      documentsRead: after.documentsRead - before.documentsRead,
      bytesToMember: looker.receivedBytes() - ofLooker,
      bytesToStranger: stranger.receivedBytes() - ofStranger,
    };
  };
  return { sender, reader, room, costOf };
}

/** What a signed-in browser subscribes to, with a chat open or without. */
function browserQueries(room: string | null, ids: string[]): Array<[path: string, args: object]> {
  const page = { numItems: 30, cursor: null };
  const ofRoom: Array<[string, object]> = room
    ? [
        ["messages:getMessages", { conversationId: room, paginationOpts: { ...page, id: 1 } }],
        ["conversations:getConversation", { conversationId: room }],
        ["conversations:getReadMarks", { conversationId: room }],
        ["typingStates:getTypingState", { conversationId: room }],
        ...ids
          .slice(-SHOWN_PRESENCES)
          .map((id): [string, object] => ["users:getPresence", { userIds: [id] }]),
      ]
    : [];
  return [
    ["users:getCurrentUser", {}],
    ["conversations:getUserConversations", { paginationOpts: { ...page, id: 2 } }],
    ["conversations:getUnreadCounts", {}],
    ...ofRoom,
  ];
}

async function startEngine(): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "test", alg: "ES256", use: "sig" };
  const jwks = encodeURIComponent(JSON.stringify({ keys: [jwk] }));
  sign = (subject) =>
    new SignJWT({ name: `Person ${subject.slice(-3)}` })
      .setProtectedHeader({ alg: "ES256", kid: "test" })
      .setIssuer(issuer)
      .setAudience("convex")
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(privateKey);
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  engine = await createEngine({
    dataDir: null,
    functionsDir,
    environmentVariables: {
      PARLEY_JWT_ISSUER: issuer,
      PARLEY_JWKS: `data:application/json,${jwks}`,
    },
    cloudUrl: "http://localhost",
    siteUrl: "http://localhost",
    adminKey: null,
    mountPath: "",
    log: () => {},
    runsJobs: false,
  });
  server.on("upgrade", engine.handleUpgrade);
}

interface Peer {
  mutate(path: string, args: object): Promise<Frame>;
  subscribe(queries: Array<[path: string, args: object]>): Promise<void>;
  /** Resolves once everything that was on its way before is there. */
  settle(): Promise<void>;
  /** How long the results were that have come. */
  receivedBytes(): number;
  close(): void;
}

async function signIn(subject: string): Promise<Peer> {
  const { port } = server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/1.48.0/sync`);
  const waiting: Array<{ fits: (frame: Frame) => boolean; take: (frame: Frame) => void }> = [];
  let bytes = 0;
  let requestId = 0;
  let querySet = 0;
  socket.on("message", (data: Buffer) => {
    const frame = JSON.parse(data.toString("utf8")) as Frame;
    // Without the heads of frames, because in how many frames results come is a matter of time, and
    // without places in an index, because zeros in the bytes of a time make them longer.
    for (const result of (frame.modifications ?? []) as object[]) {
      bytes += JSON.stringify(result).replace(/\w+\.k[\w-]+/g, "").length;
    }
    for (const waiter of [...waiting]) {
      if (!waiter.fits(frame)) continue;
      waiting.splice(waiting.indexOf(waiter), 1);
      waiter.take(frame);
    }
  });
  await new Promise((resolve) => socket.once("open", resolve));
  const say = (message: object) => socket.send(JSON.stringify(message));
  const next = (fits: (frame: Frame) => boolean) =>
    new Promise<Frame>((take) => waiting.push({ fits, take }));
  const isTransition = ({ type }: Frame) => type === "Transition";
  say({
    type: "Connect",
    sessionId: crypto.randomUUID(),
    connectionCount: 0,
    lastCloseReason: null,
    clientTs: 0,
  });
  say({ type: "Authenticate", baseVersion: 0, tokenType: "User", value: await sign(subject) });
  await next(isTransition);
  const modify = async (modifications: object[]) => {
    say({
      type: "ModifyQuerySet",
      baseVersion: querySet,
      newVersion: ++querySet,
      modifications,
    });
    const version = querySet;
    await next(
      (frame) =>
        isTransition(frame) && (frame.endVersion as { querySet: number }).querySet === version,
    );
  };
  const peer: Peer = {
    mutate: async (udfPath, args) => {
      const id = requestId++;
      const answered = next((frame) => frame.type === "MutationResponse" && frame.requestId === id);
      say({ type: "Mutation", requestId: id, udfPath, args: [args] });
      const answer = await answered;
      expect(answer).toMatchObject({ success: true });
      return answer;
    },
    subscribe: (queries) =>
      modify(
        queries.map(([udfPath, args], queryId) => ({
          type: "Add",
          queryId,
          udfPath,
          args: [args],
        })),
      ),
    settle: async () => {
      // An empty change of the query set is answered like any other, and not before what it follows.
      await modify([]);
    },
    receivedBytes: () => bytes,
    close: () => socket.terminate(),
  };
  peers.push(peer);
  return peer;
}
