import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type FuzzedEngine, startFuzzedEngine } from "./fuzzed-engine.ts";

let engine: FuzzedEngine;
beforeAll(async () => {
  engine = await startFuzzedEngine("bombs");
});
afterAll(() => engine.stop());

const MiB = 1024 * 1024;
const CONNECT = '{"type":"Connect","sessionId":"s","connectionCount":0,"lastCloseReason":null}';
const UPGRADE =
  "GET /api/sync HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
const query = (queryId: number, value: string) =>
  `{"type":"Add","queryId":${queryId},"udfPath":"guarded:echo","args":[{"value":${value}}]}`;
const modify = (to: number, modifications: string) =>
  `{"type":"ModifyQuerySet","baseVersion":${to - 1},"newVersion":${to},"modifications":[${modifications}]}`;
const mutation = (requestId: number, value: string) =>
  `{"type":"Mutation","requestId":${requestId},"udfPath":"guarded:send","args":[{"value":${value}}]}`;

/** Speaks on a socket that has said Connect, and tells how it was ended, or what was answered. */
async function speak(
  frames: Iterable<string>,
  answers = 0,
): Promise<{ code: number; types: string[] }> {
  const socket = new WebSocket(`ws://127.0.0.1:${engine.port}/api/sync`);
  const types: string[] = [];
  socket.on("error", () => {});
  socket.on("message", (data) => {
    const { type } = JSON.parse(String(data)) as { type: string };
    if (type !== "Ping") types.push(type);
    if (answers > 0 && types.length >= answers) socket.close();
  });
  const closed = once(socket, "close");
  await once(socket, "open");
  socket.send(CONNECT);
  for (const frame of frames) socket.send(frame);
  const [code] = (await closed) as [number];
  return { code, types };
}

/** Bytes behind an upgrade, masked with zeros; resolves with the close code that comes back. */
async function speakRaw(parts: Iterable<Buffer>): Promise<number | null> {
  const socket = connect(engine.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(UPGRADE);
  socket.write(frame(Buffer.from(CONNECT)));
  for (const part of parts) socket.write(part);
  return closeCode(socket);
}

async function closeCode(socket: Socket): Promise<number | null> {
  const received: Buffer[] = [];
  for await (const part of socket) {
    received.push(part as Buffer);
    const all = Buffer.concat(received);
    const close = all.indexOf(Buffer.from([0x88]), all.indexOf("\r\n\r\n") + 4);
    if (close >= 0 && all.length >= close + 4) return all.readUInt16BE(close + 2);
  }
  return null;
}

function frame(payload: Buffer, head = 0x81): Buffer {
  const isShort = payload.length < 126;
  const length = Buffer.alloc(isShort ? 0 : 8);
  if (!isShort) length.writeBigUInt64BE(BigInt(payload.length));
  const form = Buffer.from([head, 0x80 | (isShort ? payload.length : 127)]);
  return Buffer.concat([form, length, Buffer.alloc(4), payload]);
}

function* times<T>(count: number, make: (n: number) => T): Generator<T> {
  for (let n = 0; n < count; n++) yield make(n);
}

const names = (count: number) => `{${[...times(count, (n) => `"k${n}":${n}`)].join(",")}}`;
// Names that are numbers are stored and ordered otherwise than names that are words.
const numbers = (count: number) => `{${[...times(count, (n) => `"${n * 7919}":${n}`)].join(",")}}`;

/** Each: what is done, and how it must end. */
const SCENARIOS: Array<[string, () => Promise<unknown>, unknown]> = [
  [
    "a message in 5,000 fragments of one byte",
    () => speakRaw(times(5_000, (n) => frame(Buffer.from(" "), n === 0 ? 0x01 : 0x00))),
    1008,
  ],
  [
    "a message in 5,000 empty fragments",
    () => speakRaw(times(5_000, (n) => frame(Buffer.alloc(0), n === 0 ? 0x01 : 0x00))),
    1008,
  ],
  ["half a frame of 33 MiB", () => speakRaw([frame(Buffer.alloc(33 * MiB)).subarray(0, 14)]), 1009],
  ["compression that was refused", () => speakRaw([frame(Buffer.from("x"), 0xc1)]), 1002],
  ["300 pings", () => speakRaw(times(300, () => frame(Buffer.alloc(0), 0x89))), 1008],
  ["300 pongs", () => speakRaw(times(300, () => frame(Buffer.alloc(0), 0x8a))), 1008],
  ["1 MiB of [", () => speak(["[".repeat(MiB)]), { code: 1008, types: ["FatalError"] }],
  ['1 MiB of {"a":', () => speak(['{"a":'.repeat(MiB / 5)]), { code: 1008, types: ["FatalError"] }],
  [
    "arguments 70 levels deep",
    () => speak([mutation(0, `${"[".repeat(70)}${"]".repeat(70)}`)]),
    { code: 1008, types: ["FatalError"] },
  ],
  [
    "100,000 names",
    () => speak([mutation(0, names(100_000))], 1),
    { code: 1005, types: ["MutationResponse"] },
  ],
  [
    "100,000 names that are numbers",
    () => speak([mutation(0, numbers(100_000))], 1),
    { code: 1005, types: ["MutationResponse"] },
  ],
  [
    "a name of 1 MiB",
    () => speak([mutation(0, `{"${"n".repeat(MiB)}":1}`)], 1),
    { code: 1005, types: ["MutationResponse"] },
  ],
  [
    "arguments of 16 MiB",
    () => speak([mutation(0, `"${"x".repeat(16 * MiB)}"`)], 1),
    { code: 1005, types: ["MutationResponse"] },
  ],
  [
    "arguments of 20 MiB",
    () => speak([mutation(0, `"${"x".repeat(20 * MiB)}"`)], 1),
    { code: 1005, types: ["MutationResponse"] },
  ],
  [
    "a query's arguments of 20 MiB",
    () => speak([modify(1, query(0, `"${"x".repeat(20 * MiB)}"`))]),
    { code: 1008, types: ["FatalError"] },
  ],
  [
    "1,000 queries",
    () => speak([modify(1, [...times(1_000, (n) => query(n, String(n)))].join(","))], 1),
    { code: 1005, types: ["Transition"] },
  ],
  [
    "5,000 queries",
    () => speak([modify(1, [...times(5_000, (n) => query(n, String(n)))].join(","))], 1),
    { code: 1005, types: ["Transition"] },
  ],
  [
    "9,000 queries",
    () => speak([modify(1, [...times(9_000, (n) => query(n, String(n)))].join(","))]),
    { code: 1008, types: ["FatalError"] },
  ],
  [
    "20,000 modifications",
    () => speak([modify(1, [...times(20_000, () => '{"type":"Remove","queryId":0}')].join(","))]),
    { code: 1008, types: ["FatalError"] },
  ],
  [
    "20,000 events",
    () => speak([...times(20_000, () => '{"type":"Event","eventType":"x"}'), mutation(0, "1")], 1),
    { code: 1005, types: ["MutationResponse"] },
  ],
  [
    "a token of 1 MiB",
    () =>
      speak([
        `{"type":"Authenticate","baseVersion":0,"tokenType":"User","value":"${"x".repeat(MiB)}"}`,
      ]),
    { code: 1008, types: ["FatalError"] },
  ],
  [
    "10,000 messages behind a token",
    () =>
      speak([
        '{"type":"Authenticate","baseVersion":0,"tokenType":"User","value":"a.b.c"}',
        ...times(10_000, (n) => mutation(n, '"x"')),
      ]).then(({ types }) => types),
    ["AuthError"],
  ],
];

it.each(SCENARIOS)("[FZ3] bears %s", { timeout: 60_000 }, async (_, perform, end) => {
  expect(await perform()).toEqual(end);
});

it("[FZ3] bears those who ask for much and read nothing", { timeout: 60_000 }, async () => {
  const sockets = [...times(6, () => connect(engine.port, "127.0.0.1"))];
  for (const socket of sockets) {
    socket.on("error", () => {});
    socket.pause();
    socket.write(UPGRADE);
    socket.write(frame(Buffer.from(CONNECT)));
    const large = `"${"x".repeat(MiB)}"`;
    for (let n = 1; n <= 6; n++) socket.write(frame(Buffer.from(modify(n, query(n, large)))));
  }
  // Somebody who reads is served all the while, and the canary notices nothing.
  for (let n = 0; n < 20; n++) {
    expect(await speak([modify(1, query(0, "1"))], 1)).toMatchObject({ types: ["Transition"] });
  }
  for (const socket of sockets) socket.destroy();
});

it("[FZ3] cuts off a handshake that takes more than 10 s", { timeout: 60_000 }, async () => {
  const sockets = [...times(50, () => connect(engine.port, "127.0.0.1"))];
  const closed = sockets.map((socket) => {
    socket.on("error", () => {});
    socket.resume();
    socket.write(UPGRADE.slice(0, -2));
    return once(socket, "close");
  });
  await Promise.all(closed);
});
