import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realEnvironment } from "../src/base/environment.ts";
import { limits } from "../src/base/limits.ts";
import { createCore, type EngineCore } from "../src/core.ts";
import { openMemoryFiles } from "../src/files/memory-files.ts";
import { ANONYMOUS } from "../src/identity/caller.ts";
import { openMemoryPersistence } from "../src/persistence/memory-persistence.ts";
import { createFunctionRegistry } from "../src/runtime/function-registry.ts";
import { parseSchema } from "../src/schema/schema-definition.ts";
import { SyncSession } from "../src/sync/session.ts";
import { frameText } from "../src/sync/transition-frames.ts";
import * as notes from "./fixtures/notes/notes";
import schema from "./fixtures/notes/schema";

const environment = realEnvironment(() => {});
const QUERIES = 32;

type Frame = { type: string };

let core: EngineCore;
beforeEach(() => {
  core = createCore({
    environment,
    persistence: openMemoryPersistence(),
    schema: parseSchema((schema as unknown as { export(): string }).export()),
    functions: createFunctionRegistry(new Map([["notes", notes]])),
    revealsErrors: true,
    onDiskFailed: () => {},
    files: openMemoryFiles(environment),
    cloudUrl: "http://localhost",
  });
});
afterEach(() => core.close());

/** A client without a network: what is sent to it is there at once. */
function connect(
  onFrame: (frame: Frame) => void,
  { connectionCount = 0, environment: world = environment } = {},
) {
  const session = new SyncSession(
    {
      environment: world,
      runtime: core.runtime,
      watchedQueries: core.watchedQueries,
      refreshQueries: core.refreshQueries,
      authenticate: async () => ANONYMOUS,
    },
    {
      send: (frame, onSent) => {
        onFrame(JSON.parse(frameText(frame)) as Frame);
        onSent?.();
      },
      unsentBytes: () => 0,
      close: () => {},
    },
  );
  const say = (message: object) => session.receive(JSON.stringify(message));
  say({ type: "Connect", sessionId: crypto.randomUUID(), connectionCount, lastCloseReason: "" });
  return { session, say };
}

const send = (requestId: number) => ({
  type: "Mutation",
  requestId,
  udfPath: "notes:send",
  args: [{ room: "a", text: "hello" }],
});

describe("a turn of the live queries", () => {
  it("[SY17] serves as many clients as it may run queries for, and mutations before the rest", async () => {
    const clientsPerTurn = limits.refreshRunsMax / QUERIES;
    const clients = clientsPerTurn * 6;
    const events: string[] = [];
    let settle = () => {};
    const writer = connect((frame) => {
      if (frame.type === "MutationResponse") events.push("answer");
    });
    for (let n = 0; n < clients; n++) {
      let transitions = 0;
      const { say } = connect((frame) => {
        if (frame.type !== "Transition") return;
        transitions++;
        if (transitions !== 2) return settle();
        if (!events.includes("first served")) {
          events.push("first served");
          writer.say(send(1));
        }
        if (n === clients - 1) events.push("last served");
        settle();
      });
      // No two ask the same: the limit differs.
      const modifications = Array.from({ length: QUERIES }, (_, q) => ({
        type: "Add",
        queryId: q,
        udfPath: "notes:page",
        args: [{ room: "a", paginationOpts: { numItems: 1 + n * QUERIES + q, cursor: null } }],
      }));
      await new Promise<void>((resolve) => {
        settle = resolve;
        say({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications });
      });
    }
    const before = core.watchedQueries.runs;
    await new Promise<void>((resolve) => {
      settle = () => events.includes("last served") && resolve();
      writer.say(send(0));
    });
    expect(events).toEqual(["answer", "first served", "answer", "last served"]);
    // Whoever was served after the second mutation saw both at once.
    expect(core.watchedQueries.runs - before).toBe(clients * QUERIES);
  });
});

describe("a client that comes back", () => {
  const pageOfA = {
    type: "Add",
    queryId: 0,
    udfPath: "notes:page",
    args: [{ room: "a", paginationOpts: { numItems: 3, cursor: null } }],
  };

  it("[SY23] has its first results though it never stops sending", async () => {
    const MUTATIONS = 5_000;
    let answers = 0;
    const answersAtFirst = await new Promise<number>((resolve) => {
      const client = connect(
        (frame) => {
          if (frame.type === "Transition") resolve(answers);
          else if (++answers < MUTATIONS) client.say(send(answers));
        },
        { connectionCount: 1 },
      );
      const modifications = [pageOfA];
      client.say({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications });
      client.say(send(0));
    });
    expect(answersAtFirst).toBeGreaterThan(0);
    expect(answersAtFirst).toBeLessThan(MUTATIONS);
  });

  it("[SY23] is told what it needs to believe an answer when no more is listened to", async () => {
    const heard: string[] = [];
    let onAnswer = () => {};
    const answered = new Promise<void>((resolve) => {
      onAnswer = resolve;
    });
    // Time stands still: its 20 ms never end.
    const still = { ...environment, setTimer: () => ({ cancel: () => {} }) };
    const client = connect(
      (frame) => {
        heard.push(frame.type);
        if (frame.type === "MutationResponse") onAnswer();
      },
      { connectionCount: 1, environment: still },
    );
    client.say(send(0));
    await answered;
    await core.refreshQueries.settle();
    expect(heard).toEqual(["MutationResponse"]);
    client.session.endGathering();
    await core.refreshQueries.settle();
    expect(heard).toEqual(["MutationResponse", "Transition"]);
  });
});
