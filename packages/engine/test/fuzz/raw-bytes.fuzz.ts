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

const CASES = Math.round(20_000 * factor);
const WIDTH = 32;
const SYNC_PATHS = ["/api/1.48.0/sync", "/api/sync"];
const CLOSE_CODES = [1000, 1002, 1003, 1007, 1008, 1009, 1011];

let engine: FuzzedEngine;
beforeAll(async () => {
  engine = await startFuzzedEngine("raw bytes");
});
afterAll(() => engine.stop());

it(`[FZ1] survives ${CASES} cases of raw bytes`, { timeout: 600_000 }, async () => {
  const random = createRandom(seed);
  const seen = new Map<string, number>();
  await inParallel(CASES, WIDTH, async (place) => {
    const parts = makeCase(random);
    const answer = await exchange(engine.port, parts, true).catch((error: Error) => {
      throw new Error(
        `case ${place}: ${error.message}: ${Buffer.concat(parts).toString("base64")}`,
      );
    });
    const verdict = judge(answer);
    seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
  });
  console.log(Object.fromEntries([...seen].sort()));
  // The generator must reach every way out, or it tests nothing.
  for (const code of [1002, 1003, 1007, 1008, 1009])
    expect([...seen.keys()]).toContain(`close ${code}`);
});

type Random = () => number;
const pick = <T>(random: Random, choices: readonly T[]): T =>
  choices[Math.floor(random() * choices.length)]!;
const below = (random: Random, count: number) => Math.floor(random() * count);
const bytes = (random: Random, count: number) =>
  Buffer.from(Array.from({ length: count }, () => below(random, 256)));

function makeCase(random: Random): Buffer[] {
  const upgrade = Buffer.from(
    `GET ${pick(random, [...SYNC_PATHS, ...SYNC_PATHS, ...SYNC_PATHS, "/x", "//"])} HTTP/1.1\r\n` +
      `Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${bytes(random, 16).toString("base64")}\r\n` +
      `${pick(random, ["", "", "", "Sec-WebSocket-Extensions: permessage-deflate\r\n"])}\r\n`,
  );
  if (random() < 0.15) return split(random, damage(random, upgrade));
  const frames = Array.from({ length: 1 + below(random, 6) }, () => makeFrame(random));
  const hello = random() < 0.5 ? [frame({ payload: CONNECT })] : [];
  const all = Buffer.concat([upgrade, ...hello, ...frames]);
  return split(random, random() < 0.15 ? all.subarray(0, below(random, all.length)) : all);
}

/** A request with a flaw: cut, flooded with headers, or with some bytes changed. */
function damage(random: Random, request: Buffer): Buffer {
  switch (below(random, 4)) {
    case 0:
      return request.subarray(0, below(random, request.length));
    case 1: {
      const flood = `X-${"a".repeat(below(random, 300))}: b\r\n`.repeat(below(random, 100));
      return Buffer.concat([request.subarray(0, -2), Buffer.from(flood), Buffer.from("\r\n")]);
    }
    case 2:
      return bytes(random, below(random, 200));
    default: {
      const changed = Buffer.from(request);
      for (let n = 0; n < 1 + below(random, 5); n++) {
        changed[below(random, changed.length)] = below(random, 256);
      }
      return changed;
    }
  }
}

/** At one place, or at every byte. */
function split(random: Random, all: Buffer): Buffer[] {
  if (random() < 0.02) return Array.from(all, (byte) => Buffer.from([byte]));
  if (random() < 0.8) return [all];
  const at = below(random, all.length + 1);
  return [all.subarray(0, at), all.subarray(at)];
}

const CONNECT = Buffer.from(
  '{"type":"Connect","sessionId":"s","connectionCount":0,"lastCloseReason":null}',
);

function makeFrame(random: Random): Buffer {
  const payload = pick<() => Buffer>(random, [
    () => Buffer.alloc(0),
    () => bytes(random, below(random, 130)),
    () => Buffer.from('{"type":"Event","eventType":"x","event":null}'),
    () => Buffer.from([0xc3, 0x28, 0xff]),
    () => Buffer.from('{"type":'),
    () => CONNECT,
    () => Buffer.from([0x03, 0xe8 + below(random, 20)]),
    () => Buffer.alloc(66_000, 0x20),
  ])();
  const isOdd = random() < 0.4;
  return frame({
    payload,
    opcode: isOdd ? below(random, 16) : pick(random, [0, 1, 1, 1, 2, 8, 9, 10]),
    isFinal: random() < 0.8,
    reserved: random() < 0.1 ? 1 + below(random, 7) : 0,
    isMasked: random() < 0.9,
    claimed:
      random() < 0.1
        ? pick(random, [0, 1, 125, 126, 65_535, 2 ** 31, 2 ** 53, 2 ** 63])
        : undefined,
    form: random() < 0.1 ? pick(random, [126, 127] as const) : undefined,
  });
}

interface FrameOptions {
  payload: Buffer;
  opcode?: number;
  isFinal?: boolean;
  reserved?: number;
  isMasked?: boolean;
  /** The length that the header claims. */
  claimed?: number | undefined;
  /** How the length is written, when not in the shortest way. */
  form?: 126 | 127 | undefined;
}

function frame(options: FrameOptions): Buffer {
  const { payload, opcode = 1, isFinal = true, reserved = 0, isMasked = true } = options;
  const length = options.claimed ?? payload.length;
  const form = options.form ?? (length < 126 ? length : length < 65_536 ? 126 : 127);
  const extended = Buffer.alloc(form === 126 ? 2 : form === 127 ? 8 : 0);
  if (form === 126) extended.writeUInt16BE(length & 0xffff);
  if (form === 127) extended.writeBigUInt64BE(BigInt(length));
  const head = Buffer.from([
    (isFinal ? 0x80 : 0) | (reserved << 4) | opcode,
    (isMasked ? 0x80 : 0) | form,
  ]);
  // A mask of zeros changes nothing, and makes cases readable.
  return Buffer.concat([head, extended, isMasked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

/** How the engine ended it. @throws for an answer that is none. */
function judge(answer: Buffer): string {
  if (answer.length === 0) return "nothing";
  const headEnd = answer.indexOf("\r\n\r\n");
  const status = /^HTTP\/1\.1 (\d{3})/.exec(answer.toString("latin1", 0, 20))?.[1];
  expect(status, answer.toString("latin1", 0, 100)).toBeDefined();
  if (status !== "101") return `status ${status}`;
  let rest = answer.subarray(headEnd + 4);
  let verdict = "no close frame";
  while (rest.length >= 2) {
    const opcode = rest[0]! & 0x0f;
    expect(rest[0]! & 0xf0).toBe(0x80);
    const form = rest[1]!;
    const start = form === 126 ? 4 : form === 127 ? 10 : 2;
    const length = form === 126 ? rest.readUInt16BE(2) : form === 127 ? rest.readUInt32BE(6) : form;
    const payload = rest.subarray(start, start + length);
    if (opcode === 1 && payload.length === length) JSON.parse(payload.toString("utf8"));
    if (opcode === 8) {
      const code = length >= 2 ? payload.readUInt16BE(0) : null;
      // An allowed code of the peer's own is given back to it.
      const isOwn = code === null || (code >= 1000 && code <= 1014) || code >= 3000;
      expect(CLOSE_CODES.includes(code!) || isOwn, `close code ${code}`).toBe(true);
      verdict = `close ${code}`;
    }
    rest = rest.subarray(start + length);
  }
  return verdict;
}
