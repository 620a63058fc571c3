import { BaseConvexClient } from "convex/browser";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseClientMessage } from "./client-message.ts";
import { canonicalFunctionPath } from "./function-path.ts";
import { ProtocolError } from "./protocol-error.ts";
import {
  actionResponse,
  authError,
  fatalError,
  mutationResponse,
  PING,
  queryFailed,
  queryRemoved,
  queryUpdated,
  queryUpdatedFromTail,
  queryUpdatedTail,
  transition,
  transitionChunks,
} from "./server-message.ts";
import { decodeTimestamp, encodeTimestamp } from "./timestamp.ts";

const SESSION = "6d9f7f3e-6d0b-4bb5-9b8c-0a4f6a6a1d1b";

function frame(message: Record<string, unknown>): string {
  return JSON.stringify(message);
}

describe("parseClientMessage", () => {
  test("[PR1] reads what the stock client sends first", async () => {
    const frames: string[] = [];
    class Socket {
      onopen: (() => void) | null = null;
      onclose: ((event: object) => void) | null = null;
      readonly readyState = 1;
      constructor() {
        queueMicrotask(() => this.onopen?.());
      }
      send(text: string) {
        frames.push(text);
      }
      close() {
        queueMicrotask(() => this.onclose?.({ code: 1000, reason: "" }));
      }
    }
    const client = new BaseConvexClient("http://127.0.0.1:1", () => {}, {
      webSocketConstructor: Socket as unknown as typeof WebSocket,
      unsavedChangesWarning: false,
    });
    client.subscribe("messages:list", { channel: "a" });
    void client.mutation("dir/messages.js:send", { body: "x" }).catch(() => {});
    void client.action("hello", {}).catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    await client.close();
    const [connect, ...rest] = frames.map(parseClientMessage).filter((m) => m.type !== "Event");
    expect(connect).toEqual({
      type: "Connect",
      sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      connectionCount: 0,
      lastCloseReason: "InitialConnect",
      maxObservedTimestamp: null,
      clientTs: expect.any(Number),
    });
    expect(rest).toEqual([
      {
        type: "ModifyQuerySet",
        baseVersion: 0,
        newVersion: 1,
        modifications: [
          {
            type: "Add",
            queryId: 0,
            functionPath: "messages:list",
            args: { channel: "a" },
            journal: null,
          },
        ],
      },
      { type: "Mutation", requestId: 0, functionPath: "dir/messages:send", args: { body: "x" } },
      { type: "Action", requestId: 1, functionPath: "hello:default", args: {} },
    ]);
  });

  test("[PR1] reads the three ways to authenticate", () => {
    const base = { type: "Authenticate", baseVersion: 3 };
    expect(parseClientMessage(frame({ ...base, tokenType: "None" }))).toEqual({
      ...base,
      tokenType: "None",
    });
    expect(parseClientMessage(frame({ ...base, tokenType: "User", value: "a.b.c" }))).toEqual({
      ...base,
      tokenType: "User",
      value: "a.b.c",
    });
    expect(parseClientMessage(frame({ ...base, tokenType: "Admin", value: "key" }))).toEqual({
      ...base,
      tokenType: "Admin",
      value: "key",
      impersonating: null,
    });
  });

  const connect = { type: "Connect", sessionId: SESSION, connectionCount: 0 };
  const mutation = { type: "Mutation", requestId: 0, udfPath: "a:b", args: [{}] };
  const add = { type: "Add", queryId: 0, udfPath: "a:b", args: [{}] };
  const modify = { type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [add] };
  const authenticate = { type: "Authenticate", baseVersion: 0, tokenType: "User", value: "t" };
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["an unknown type", connect, { type: "Hello" }],
    ["an inherited type", connect, { type: "constructor" }],
    ["a session id that is a number", connect, { sessionId: 1 }],
    ["an empty session id", connect, { sessionId: "" }],
    ["a huge session id", connect, { sessionId: "x".repeat(129) }],
    ["a connection count below zero", connect, { connectionCount: -1 }],
    ["a timestamp of seven bytes", connect, { maxObservedTimestamp: "AAAAAAAAAA==" }],
    ["a request id with a fraction", mutation, { requestId: 0.5 }],
    ["a request id over 32 bits", mutation, { requestId: 2 ** 32 }],
    ["a missing request id", mutation, { requestId: undefined }],
    ["a function path that is an object", mutation, { udfPath: {} }],
    ["an empty function path", mutation, { udfPath: "" }],
    ["arguments without their array", mutation, { args: {} }],
    ["two arguments", mutation, { args: [{}, {}] }],
    ["an argument that is an array", mutation, { args: [[]] }],
    ["a component that is a number", mutation, { componentPath: 1 }],
    ["modifications that are an object", modify, { modifications: {} }],
    ["a modification that is null", modify, { modifications: [null] }],
    ["an unknown modification", modify, { modifications: [{ ...add, type: "Change" }] }],
    ["a journal that is an object", modify, { modifications: [{ ...add, journal: {} }] }],
    ["too many modifications", modify, { modifications: Array(10_001).fill(add) }],
    ["an unknown kind of token", authenticate, { tokenType: "Root" }],
    ["a token that is missing", authenticate, { value: undefined }],
    ["a huge token", authenticate, { value: "x".repeat(64 * 1024 + 1) }],
  ])("[PR2] refuses %s", (_name, accepted, change) => {
    expect(parseClientMessage(frame(accepted)).type).toBe(accepted.type);
    expect(() => parseClientMessage(frame({ ...accepted, ...change }))).toThrow(ProtocolError);
  });

  test.each(["", "x", "null", "[]", "1", '{"type":"Connect"', '{"__proto__":{"type":"Event"}}'])(
    "[PR2] refuses the frame %j",
    (text) => {
      expect(() => parseClientMessage(text)).toThrow(ProtocolError);
    },
  );

  const SLOW_MACHINE = { timeout: 60_000 };

  test("[PR2] whatever arrives, the answer is a message or a ProtocolError", SLOW_MACHINE, () => {
    const types = ["Connect", "Authenticate", "ModifyQuerySet", "Mutation", "Action", "Event"];
    const message = fc.record(
      {
        type: fc.constantFrom(...types),
        sessionId: fc.jsonValue(),
        requestId: fc.jsonValue(),
        udfPath: fc.oneof(fc.constant("a:b"), fc.jsonValue()),
        args: fc.oneof(fc.constant([{}]), fc.jsonValue()),
        baseVersion: fc.oneof(fc.constant(0), fc.jsonValue()),
        modifications: fc.jsonValue(),
      },
      { requiredKeys: ["type"] },
    );
    const text = fc.oneof(fc.string(), fc.json(), message.map(frame));
    fc.assert(
      fc.property(text, (input) => {
        try {
          expect(types).toContain(parseClientMessage(input).type);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("[PR4] a million open brackets are refused, in time proportional to what was read", () => {
    const deep = `${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`;
    const text = `{"type":"Mutation","requestId":0,"udfPath":"a:b","args":[{"a":${deep}}]}`;
    expect(() => parseClientMessage(text)).toThrow("nest at most");
  });

  test("[PR4] prototype keys stay ordinary fields", () => {
    const message = parseClientMessage(
      '{"type":"Mutation","requestId":0,"udfPath":"a:b","args":[{"__proto__":{"isAdmin":true}}]}',
    );
    if (message.type !== "Mutation") throw new Error("a mutation was sent");
    expect(Object.getPrototypeOf(message.args)).toBe(Object.prototype);
    expect(Object.keys(message.args)).toEqual(["__proto__"]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBe(undefined);
  });
});

describe("canonicalFunctionPath", () => {
  test.each([
    ["a:b", "a:b"],
    ["a", "a:default"],
    ["dir/a.js:b", "dir/a:b"],
    ["a.js", "a:default"],
    ["a.js.js:b", "a.js:b"],
    ["a:b:c", "a:b:c"],
  ])("[PR3] %s is %s", (path, canonical) => {
    expect(canonicalFunctionPath(path)).toBe(canonical);
  });

  test.each(["", ":", "a:", ":b", ".js:b", "x".repeat(513)])("[PR3] refuses %j", (path) => {
    expect(() => canonicalFunctionPath(path)).toThrow(ProtocolError);
  });
});

describe("timestamps", () => {
  test("[PR5] are unsigned 64 bit, little-endian, base64", () => {
    expect(encodeTimestamp(0n)).toBe("AAAAAAAAAAA=");
    expect(encodeTimestamp(1n)).toBe("AQAAAAAAAAA=");
    expect(encodeTimestamp(2n ** 64n - 1n)).toBe("//////////8=");
    expect(() => encodeTimestamp(2n ** 64n)).toThrow(RangeError);
  });

  test("[PR5] come back as they went", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (ts) => {
        expect(decodeTimestamp(encodeTimestamp(ts))).toBe(ts);
      }),
    );
  });

  test.each(["", "AAAAAAAAAA==", "AAAAAAAAAAAA", "AAAAAAAAAAB=", "AAAAAAAAAA!="])(
    "[PR5] refuses %j",
    (text) => {
      expect(() => decodeTimestamp(text)).toThrow(ProtocolError);
    },
  );
});

describe("server messages", () => {
  const value = { valueJson: '{"a":"\\u2028"}', logLinesJson: '["[LOG] x"]', journal: 'j"' };

  test("[PR6] a result for many clients is written once", () => {
    expect(queryUpdatedFromTail(7, queryUpdatedTail(value))).toBe(
      queryUpdated({ queryId: 7, ...value }),
    );
    expect(JSON.parse(queryUpdated({ queryId: 7, ...value }))).toEqual({
      type: "QueryUpdated",
      queryId: 7,
      value: { a: "\u2028" },
      logLines: ["[LOG] x"],
      journal: 'j"',
    });
  });

  test("[PR7] only a ConvexError has errorData, not even null", () => {
    const failure = { queryId: 1, errorMessage: "no", logLinesJson: "[]", journal: null };
    expect(JSON.parse(queryFailed(failure))).toEqual({
      type: "QueryFailed",
      queryId: 1,
      errorMessage: "no",
      logLines: [],
      journal: null,
    });
    expect(JSON.parse(queryFailed({ ...failure, errorDataJson: "null" })).errorData).toBe(null);
    const response = {
      requestId: 2,
      success: false as const,
      errorMessage: "no",
      logLinesJson: "[]",
    };
    for (const write of [mutationResponse, actionResponse]) {
      expect(Object.keys(JSON.parse(write(response)))).not.toContain("errorData");
      expect(JSON.parse(write({ ...response, errorDataJson: '{"a":1}' }))).toEqual({
        type: write === mutationResponse ? "MutationResponse" : "ActionResponse",
        requestId: 2,
        success: false,
        result: "no",
        errorData: { a: 1 },
        logLines: [],
      });
    }
  });

  test("[PR8] a transition holds its modifications and both versions", () => {
    const text = transition({
      start: { querySet: 0, identity: 0, ts: 0n },
      end: { querySet: 1, identity: 2, ts: 1n },
      modifications: [queryUpdated({ queryId: 0, ...value }), queryRemoved(3)],
      clientClockSkewMs: -5,
    });
    expect(JSON.parse(text)).toEqual({
      type: "Transition",
      startVersion: { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" },
      endVersion: { querySet: 1, identity: 2, ts: "AQAAAAAAAAA=" },
      modifications: [
        expect.objectContaining({ type: "QueryUpdated", queryId: 0 }),
        { type: "QueryRemoved", queryId: 3 },
      ],
      clientClockSkew: -5,
    });
  });

  test("[PR8] the other messages are what the client expects", () => {
    expect(
      [
        mutationResponse({
          requestId: 1,
          success: true,
          resultJson: "null",
          ts: 1n,
          logLinesJson: "[]",
        }),
        actionResponse({ requestId: 1, success: true, resultJson: "1", logLinesJson: "[]" }),
        authError({ error: "expired", baseVersion: 1, authUpdateAttempted: false }),
        fatalError("no"),
        PING,
      ].map((text) => JSON.parse(text)),
    ).toEqual([
      {
        type: "MutationResponse",
        requestId: 1,
        success: true,
        result: null,
        ts: "AQAAAAAAAAA=",
        logLines: [],
      },
      { type: "ActionResponse", requestId: 1, success: true, result: 1, logLines: [] },
      { type: "AuthError", error: "expired", baseVersion: 1, authUpdateAttempted: false },
      { type: "FatalError", error: "no" },
      { type: "Ping" },
    ]);
  });

  test("[PR9] chunks put together are the transition, and no character is torn", () => {
    const bytesMax = fc.integer({ min: 4, max: 40 });
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), bytesMax, (text, maxBytes) => {
        const frames = transitionChunks(text, maxBytes, "t1").map(asChunk);
        expect(frames.map((f) => f.chunk).join("")).toBe(text);
        for (const [i, chunk] of frames.entries()) {
          expect(chunk.chunk.isWellFormed()).toBe(true);
          expect(Buffer.byteLength(chunk.chunk)).toBeLessThanOrEqual(maxBytes);
          if (frames.length > 1)
            expect(chunk).toMatchObject({ partNumber: i, totalParts: frames.length });
        }
      }),
    );
    function asChunk(frame: string): { chunk: string } {
      return frame.startsWith('{"type":"TransitionChunk"') ? JSON.parse(frame) : { chunk: frame };
    }
  });
});
