import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type FuzzedEngine, factor, seed, startFuzzedEngine } from "./fuzzed-engine.ts";

const SHARDS = 8;
const CONVERSATIONS = Math.round(3_000 * factor);
const MESSAGES_MAX = 24;
/** 1000: AuthError. 1011: a newer timestamp than there is. 1005: the fuzzer's own goodbye. */
const CLOSE_CODES = [1000, 1005, 1008, 1009, 1011];

let engine: FuzzedEngine;
beforeAll(async () => {
  engine = await startFuzzedEngine("messages");
});
afterAll(() => engine.stop());

const PATHS = [
  "guarded:send",
  "guarded:newest",
  "guarded:all",
  "guarded:echo",
  "guarded.js:echo",
  "guarded:hidden",
  "guarded",
  "guarded:",
  ":send",
  "",
  "_system/frontend:tables",
  "internal:guarded:hidden",
  "../guarded:send",
  "guarded/../guarded:send",
  "constructor:prototype",
  "__proto__:send",
  "toString:call",
];

/** What JSON can carry and code may stumble over. Written as text, since objects lose some of it. */
const oddJson = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.constantFrom(
    "-0",
    "1e999",
    "9007199254740993",
    "123456789012345678901234567890",
    '"\\ud800"',
    '"\\u0000"',
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"toString":1,"hasOwnProperty":2}',
    '{"$integer":"AAAAAAAAAIA="}',
    '{"$integer":"!"}',
    '{"$integer":7}',
    '{"$float":"AAAAAAAA+H8="}',
    '{"$float":"AAAA"}',
    '{"$bytes":"%%"}',
    '{"$bytes":"AAAA","x":1}',
    '{"$undefined":null}',
    '{"$commitTs":null}',
    '{"$map":[]}',
    '{"$x":1}',
    `${"[".repeat(70)}${"]".repeat(70)}`,
    `${'{"a":'.repeat(70)}1${"}".repeat(70)}`,
    `"${"x".repeat(3_000)}"`,
    "null",
    "[]",
    "{}",
  ),
);
const version = fc.constantFrom(
  "0",
  "1",
  "2",
  "3",
  "4294967295",
  "4294967296",
  "-1",
  "0.5",
  '"0"',
  "null",
);
const id = fc.oneof(
  { weight: 4, arbitrary: fc.nat(4).map(String) },
  { weight: 1, arbitrary: version },
);
const path = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...PATHS) },
  { weight: 1, arbitrary: fc.string({ maxLength: 600 }) },
);
const args = fc.oneof(
  { weight: 4, arbitrary: oddJson.map((value) => `[{"value":${value}}]`) },
  { weight: 3, arbitrary: fc.constantFrom("[{}]", '[{"n":1}]', "[]", "[{},{}]", "{}", "null") },
);
const call = fc
  .tuple(path, args)
  .map(([udfPath, json]) => ({ udfPath: JSON.stringify(udfPath), args: json }));
const rightCall = fc
  .tuple(fc.constantFrom(...PATHS.slice(0, 7)), oddJson)
  .map(([udfPath, value]) => ({
    udfPath: JSON.stringify(udfPath),
    // What nests too deeply is no right message.
    args:
      value.startsWith("[[[[[") || value.startsWith('{"a":{"a"') ? "[{}]" : `[{"value":${value}}]`,
  }));
const add = fc
  .tuple(id, call, fc.constantFrom("null", '"x"', "7", `"${"j".repeat(70_000)}"`))
  .map(([queryId, fields, journal]) => text({ type: '"Add"', queryId, ...fields, journal }));
const remove = id.map((queryId) => text({ type: '"Remove"', queryId }));
const token = fc.constantFrom(
  '"x"',
  '"a.b.c"',
  '"eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkiLCJpc3MiOiJodHRwczovL2lzc3Vlci50ZXN0IiwiYXVkIjoiY29udmV4IiwiZXhwIjo5OTk5OTk5OTk5fQ."',
  '""',
  "7",
);

type Fields = Record<string, string>;
const text = (fields: Fields) =>
  `{${Object.entries(fields)
    .map(([name, json]) => `${JSON.stringify(name)}:${json}`)
    .join(",")}}`;

/** A message that is right, but for numbers that may not fit to what came before. */
const message: fc.Arbitrary<Fields> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(fc.constantFrom("Mutation", "Action"), id, call).map(
      ([type, requestId, fields]): Fields => ({
        type: JSON.stringify(type),
        requestId,
        ...fields,
      }),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(id, id, fc.array(fc.oneof(add, remove), { maxLength: 4 })).map(
      ([baseVersion, newVersion, list]): Fields => ({
        type: '"ModifyQuerySet"',
        baseVersion,
        newVersion,
        modifications: `[${list.join(",")}]`,
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(id, fc.constantFrom("None", "None", "User", "Admin", "Other"), token, oddJson)
      .map(
        ([baseVersion, tokenType, value, impersonating]): Fields => ({
          type: '"Authenticate"',
          baseVersion,
          tokenType: JSON.stringify(tokenType),
          value,
          ...(tokenType === "Admin" ? { impersonating } : {}),
        }),
      ),
  },
  {
    weight: 1,
    arbitrary: oddJson.map((event): Fields => ({ type: '"Event"', eventType: '"x"', event })),
  },
  { weight: 1, arbitrary: fc.constant(connect("s")) },
);

function connect(sessionId: string): Fields {
  return {
    type: '"Connect"',
    sessionId: JSON.stringify(sessionId),
    connectionCount: "0",
    lastCloseReason: "null",
  };
}

/** The same with one field replaced, left out, or new. */
const flawed = fc
  .tuple(message, fc.nat(5), fc.constantFrom("replace", "leave out", "add"), oddJson)
  .map(([fields, place, kind, value]): Fields => {
    const names = Object.keys(fields);
    const name = names[place % names.length]!;
    if (kind === "add") return { ...fields, __extra: value };
    const { [name]: _, ...rest } = fields;
    return kind === "replace" ? { ...rest, [name]: value } : rest;
  });

/** A step of a conversation that keeps the rules; numbers come when it is written down. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constantFrom("Mutation", "Action"), rightCall) },
  { weight: 4, arbitrary: fc.tuple(fc.constant("Add"), rightCall) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom("Remove", "None", "Event"), rightCall) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("User", "Admin", "None", "None"), rightCall) },
);
const orderly = fc.array(step, { maxLength: MESSAGES_MAX }).map((steps) => {
  let querySet = 0;
  let identity = 0;
  const open: number[] = [];
  const frames = [text(connect("s"))];
  const modify = (modification: string) => {
    const versions = { baseVersion: String(querySet), newVersion: String(++querySet) };
    frames.push(
      text({ type: '"ModifyQuerySet"', ...versions, modifications: `[${modification}]` }),
    );
  };
  for (const [place, [kind, fields]] of steps.entries()) {
    if (kind === "Add") {
      open.push(place);
      modify(text({ type: '"Add"', queryId: String(place), ...fields }));
    } else if (kind === "Remove") {
      const queryId = open.pop();
      if (queryId !== undefined) modify(text({ type: '"Remove"', queryId: String(queryId) }));
    } else if (kind === "None") {
      const baseVersion = String(identity++);
      frames.push(text({ type: '"Authenticate"', baseVersion, tokenType: '"None"' }));
    } else if (kind === "User" || kind === "Admin") {
      const claim = { tokenType: JSON.stringify(kind), value: '"a.b.c"' };
      frames.push(text({ type: '"Authenticate"', baseVersion: String(identity), ...claim }));
    } else if (kind === "Event") {
      frames.push(text({ type: '"Event"', eventType: '"x"', event: fields.args }));
    } else {
      frames.push(text({ type: JSON.stringify(kind), requestId: String(place), ...fields }));
    }
  }
  return frames;
});
const wild = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: message.map(text) },
    { weight: 2, arbitrary: flawed.map(text) },
    { weight: 1, arbitrary: oddJson },
  ),
  { maxLength: 6 },
);
/** Mostly by the rules, and then not at all. */
const conversation = fc
  .tuple(orderly, wild, fc.nat(19))
  .map(([first, then, kind]) => (kind === 0 ? then : kind < 8 ? first : [...first, ...then]));

it(`[FZ2] survives ${CONVERSATIONS} conversations of up to ${MESSAGES_MAX} messages`, {
  timeout: 600_000,
}, async () => {
  const seen = new Map<string, number>();
  const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  const shards = Array.from({ length: SHARDS }, (_, shard) =>
    fc.assert(
      fc.asyncProperty(conversation, async (list) => hold(list, note)),
      { seed: (seed + shard) | 0, numRuns: Math.ceil(CONVERSATIONS / SHARDS), endOnFailure: true },
    ),
  );
  await Promise.all(shards);
  console.log(Object.fromEntries([...seen].sort()));
  // Whatever the engine can say, some conversation must have made it say.
  for (const what of ANSWERS.slice(0, 5)) {
    expect([...seen.keys()]).toContain(what);
  }
});

const ANSWER_MS = 60_000;
const ANSWERS = [
  "Transition",
  "MutationResponse",
  "ActionResponse",
  "FatalError",
  "AuthError",
  "TransitionChunk",
  "Ping",
];
const ZERO = { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" };

/** Asked last: what comes back behind it is about nothing that was said. */
const LAST = 4_000_000_000;
const last = text({
  type: '"Mutation"',
  requestId: String(LAST),
  udfPath: '"guarded:send"',
  args: '[{"n":0}]',
});

/** Says everything, and holds what comes back to the protocol. */
function hold(list: readonly string[], note: (what: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${engine.port}/api/1.48.0/sync`);
    let at: unknown = ZERO;
    let trouble: Error | null = null;
    const timer = setTimeout(() => {
      trouble = new Error(`no end after ${ANSWER_MS} ms`);
      socket.terminate();
    }, ANSWER_MS);
    socket.on("open", () => {
      for (const frame of [...list, last]) socket.send(frame);
    });
    socket.on("message", (data) => {
      try {
        const answer = JSON.parse(String(data)) as Record<string, unknown>;
        note(String(answer.type));
        expect(ANSWERS).toContain(answer.type);
        if (answer.type === "Transition") {
          expect(answer.startVersion).toEqual(at);
          at = answer.endVersion;
        }
        if (answer.requestId === LAST) socket.close();
      } catch (error) {
        trouble ??= error as Error;
      }
    });
    socket.on("error", () => {});
    socket.on("close", (code) => {
      clearTimeout(timer);
      note(`close ${code}`);
      if (trouble) reject(trouble);
      else if (CLOSE_CODES.includes(code)) resolve();
      else reject(new Error(`closed with ${code}`));
    });
  });
}
