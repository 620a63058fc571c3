import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type Environment, realEnvironment } from "../src/base/environment.ts";
import { limits } from "../src/base/limits.ts";
import type { EngineOptions } from "../src/index.ts";
import { type RunningEngine, startEngine } from "./rig.ts";
import { openPeer } from "./sync-peer.ts";

let running: RunningEngine;
afterEach(() => running.stop());

const start = async (options: Partial<EngineOptions> = {}) => {
  running = await startEngine(options);
};

/** Sends bytes and gives what came back until the connection ended. */
function exchange(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    const socket = connect(running.port, "127.0.0.1", () => socket.end(bytes));
    socket.on("data", (part) => {
      received += part.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
  });
}

const upgrade = (target: string, origin = "") =>
  `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${origin}\r\n`;
const status = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

describe("what the fuzzers have found", () => {
  it.each(["//", "///api/sync", "/\\", "/api/sync//"])(
    "[FZ1] survives an upgrade to %s",
    async (target) => {
      await start();
      expect(status(await exchange(upgrade(target)))).toBe(404);
      expect(status(await exchange(upgrade("/api/sync")))).toBe(101);
    },
  );

  it.each(["HEAD", "POST", "PROPFIND"])(
    "[FZ6] refuses an upgrade by %s without a body",
    async (method) => {
      await start();
      for (const to of ["websocket", "h2c"]) {
        const head = `${method} /api/sync HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ${to}`;
        const answer = await exchange(`${head}\r\n\r\n`);
        expect(status(answer)).toBe(405);
        expect(answer).toMatch(/\r\n\r\n$/);
      }
    },
  );
});

describe("frames", () => {
  const masked = (head: number[], payload: Buffer) =>
    Buffer.concat([Buffer.from(head), Buffer.alloc(4), payload]);
  const text = Buffer.from('{"type":"Event","eventType":"x","event":null}');
  const cases: Array<[string, Buffer, number]> = [
    ["no mask", Buffer.concat([Buffer.from([0x81, text.length]), text]), 1002],
    ["a reserved opcode", masked([0x83, 0x80], Buffer.alloc(0)), 1002],
    ["a reserved bit", masked([0xc1, 0x80 | text.length], text), 1002],
    ["a fragmented ping", masked([0x09, 0x80], Buffer.alloc(0)), 1002],
    ["a continuation of nothing", masked([0x80, 0x80], Buffer.alloc(0)), 1002],
    ["text that is not UTF-8", masked([0x81, 0x82], Buffer.from([0xc3, 0x28])), 1007],
    ["bytes", masked([0x82, 0x81], Buffer.from([1])), 1003],
    ["a length of 2^63", masked([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], Buffer.alloc(0)), 1009],
    ["a length of 1 GiB", masked([0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0], Buffer.alloc(0)), 1009],
    [
      "more than 64 KiB before Connect, of a frame that goes on",
      masked([0x81, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0], Buffer.alloc(0x12000)),
      1009,
    ],
  ];
  it.each(cases)("[FZ1] closes for %s with its code", async (_, bytes, code) => {
    await start();
    const socket = connect(running.port, "127.0.0.1");
    socket.write(Buffer.concat([Buffer.from(upgrade("/api/sync")), bytes]));
    const received: Buffer[] = [];
    for await (const part of socket) {
      received.push(part as Buffer);
      const all = Buffer.concat(received);
      const close = all.indexOf(Buffer.from([0x88]), all.indexOf("\r\n\r\n") + 4);
      if (close >= 0 && all.length >= close + 4) {
        expect(all.readUInt16BE(close + 2)).toBe(code);
        return;
      }
    }
    expect.unreachable("it closed without a word");
  });
});

describe("origins", () => {
  const ALLOWED = "https://chat.example.org";
  const refused = [
    "null",
    "",
    "https://chat.example.org.evil.test",
    "https://evil-chat.example.org",
    "https://chat.example.org:444",
    "https://chat.example.org:443",
    "http://chat.example.org",
    "HTTPS://CHAT.EXAMPLE.ORG",
    "https://chat.example.org/",
    "https://chat.example.org@evil.test",
    "https://evil.test/?https://chat.example.org",
    "https://xn--cht-0na.example.org",
    "https://chat.example.org, https://evil.test",
    "https://example.org",
    "https://sub.chat.example.org",
    "file://",
    "https://chat.example.org%00.evil.test",
    "https://chat-example.org",
  ];
  it.each(refused)("[FZ5] refuses the origin %j where others are listed", async (origin) => {
    await start({ allowedOrigins: [ALLOWED] });
    const cookie = "Cookie: session=whatever\r\n";
    const answer = await exchange(upgrade("/api/sync", `Origin: ${origin}\r\n${cookie}`));
    expect(status(answer)).toBe(403);
    expect(status(await exchange(upgrade("/api/sync", `Origin: ${ALLOWED}\r\n`)))).toBe(101);
    expect(status(await exchange(upgrade("/api/sync")))).toBe(101);
  });

  it("[FZ5] takes any origin where none are listed", async () => {
    await start();
    const answer = await exchange(upgrade("/api/sync", "Origin: https://anywhere.test\r\n"));
    expect(status(answer)).toBe(101);
  });
});

describe("amounts", () => {
  it("[FZ4] closes sockets that do not say Connect for a minute", async () => {
    const real = realEnvironment(() => {});
    let aheadMs = 0;
    let check = () => {};
    const environment: Environment = {
      ...real,
      monotonicMs: () => real.monotonicMs() + aheadMs,
      setTimer: (delayMs, callback) => {
        if (delayMs !== limits.livenessCheckMs) return real.setTimer(delayMs, callback);
        check = callback;
        return { cancel: () => {} };
      },
    };
    await start({ environment });
    const silent = await openPeer(running.url, "");
    const talking = await openPeer(running.url, "session-a");
    talking.send({ type: "Mutation", requestId: 0, udfPath: "notes:nowhere", args: [{}] });
    await talking.next("MutationResponse");
    aheadMs = limits.socketConnectMs - 1_000;
    check();
    // Still there, and told that the engine is.
    await silent.next("Ping");
    aheadMs = limits.socketConnectMs + 1_000;
    check();
    expect(await silent.closed).toEqual({ code: 1008, reason: "ConnectExpected" });
    talking.send({ type: "Mutation", requestId: 1, udfPath: "notes:nowhere", args: [{}] });
    await talking.next("MutationResponse");
  });

  it("[FZ4] answers every one of 5,000 mutations that come at once", async () => {
    await start();
    const peer = await openPeer(running.url, "session-a");
    const count = 5_000;
    for (let requestId = 0; requestId < count; requestId++) {
      const args = [{ room: "a", text: "x".repeat(2_000) }];
      peer.send({ type: "Mutation", requestId, udfPath: "notes:send", args });
    }
    for (let requestId = 0; requestId < count; requestId++) {
      expect(await peer.next("MutationResponse")).toMatchObject({ requestId, success: true });
    }
  }, 60_000);

  it("[FZ3, SY14] bounds the arguments of one connection's open queries together", async () => {
    await start();
    const add = (queryId: number, megabytes: number) => ({
      type: "Add",
      queryId,
      udfPath: "notes:nowhere",
      args: [{ text: String(queryId).padEnd(megabytes * 1024 * 1024, "x") }],
    });
    const peer = await openPeer(running.url, "session-a");
    const modify = (newVersion: number, ...modifications: object[]) =>
      peer.send({ type: "ModifyQuerySet", baseVersion: newVersion - 1, newVersion, modifications });
    // One alone may be large; what was closed counts no more.
    modify(1, add(0, 10));
    await peer.next("Transition");
    modify(2, { type: "Remove", queryId: 0 }, add(1, 1), add(2, 1), add(3, 1));
    await peer.next("Transition");
    modify(3, add(4, 2));
    // That query fails and no other, until it is asked again with room for it.
    expect(await peer.next("Transition")).toMatchObject({
      endVersion: { querySet: 3 },
      modifications: [
        {
          type: "QueryFailed",
          queryId: 4,
          errorMessage: expect.stringMatching(/arguments.*too large together/),
        },
      ],
    });
    modify(4, ...[1, 2, 4].map((queryId) => ({ type: "Remove", queryId })), add(5, 2));
    expect(await peer.next("Transition")).toMatchObject({
      modifications: [
        { type: "QueryRemoved", queryId: 1 },
        { type: "QueryRemoved", queryId: 2 },
        { type: "QueryRemoved", queryId: 4 },
        { type: "QueryFailed", queryId: 5, errorMessage: expect.stringMatching(/Could not find/) },
      ],
    });
  });

  it("[FZ3] closes for a flood of pings", async () => {
    await start();
    const socket = new WebSocket(`${running.url.replace("http", "ws")}/api/sync`);
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.on("open", () => {
      for (let n = 0; n < 1_000; n++) socket.ping();
    });
    expect(await closed).toBe(1008);
  });
});
