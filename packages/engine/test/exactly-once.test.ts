import { randomInt } from "node:crypto";
import { mutationGeneric, queryGeneric } from "convex/server";
import { expect, it } from "vitest";
import { realEnvironment } from "../src/base/environment.ts";
import { limits } from "../src/base/limits.ts";
import { createCore, type EngineCore } from "../src/core.ts";
import { openMemoryFiles } from "../src/files/memory-files.ts";
import { ANONYMOUS, type Caller } from "../src/identity/caller.ts";
import { openMemoryPersistence } from "../src/persistence/memory-persistence.ts";
import type { LogRecord, Persistence } from "../src/persistence/persistence.ts";
import { createFunctionRegistry } from "../src/runtime/function-registry.ts";
import { EMPTY_SCHEMA } from "../src/schema/schema-definition.ts";
import { SyncSession } from "../src/sync/session.ts";
import { frameText } from "../src/sync/transition-frames.ts";
import { Chance } from "./simulation/chance.ts";

const SEED = Number(process.env.PARLEY_SEED ?? randomInt(1, 1_000_000));
const CASES = Number(process.env.PARLEY_CASES ?? 20_000);
const REQUESTS = 6;

type Crash = "no crash" | "before the append" | "between commit and answer";

/** An engine whose process ends where it is told to, over a disk that stays. */
class World {
  readonly memory = openMemoryPersistence();
  core!: EngineCore;
  crash: Crash = "no crash";
  crashes = 0;
  /** Ends every connection. */
  readonly connections = new Set<() => void>();
  #life = { isOn: true };
  nowMs = Date.now();

  constructor() {
    this.start();
  }

  start(): void {
    const life = { isOn: true };
    this.#life = life;
    const whileOn =
      <A extends unknown[], R>(write: (...args: A) => R) =>
      (...args: A): R => {
        if (!life.isOn) throw new Error("The process has ended.");
        return write(...args);
      };
    const persistence: Persistence = {
      ...this.memory,
      writeSetting: whileOn(this.memory.writeSetting),
      applyBase: whileOn(this.memory.applyBase),
      appendLog: whileOn((records: readonly LogRecord[]) => {
        if (this.crash === "before the append") this.#end(life);
        this.memory.appendLog(records);
        if (this.crash === "between commit and answer") this.#end(life);
      }),
    };
    const environment = { ...realEnvironment(() => {}), nowMs: () => this.nowMs };
    const add = mutationGeneric(async (ctx, { token }: { token: string }) => {
      const counter = await ctx.db.query("counter").first();
      const count = ((counter?.count as number | undefined) ?? 0) + 1;
      if (counter) await ctx.db.patch(counter._id, { count });
      else await ctx.db.insert("counter", { count });
      await ctx.db.insert("effects", { token });
      return count;
    });
    const tokens = queryGeneric(async (ctx) =>
      (await ctx.db.query("effects").collect()).map(({ token }) => token),
    );
    const clear = mutationGeneric(async (ctx) => {
      for (const row of await ctx.db.query("effects").collect()) await ctx.db.delete(row._id);
    });
    this.core = createCore({
      environment,
      persistence,
      schema: EMPTY_SCHEMA,
      functions: createFunctionRegistry(new Map([["m", { add, tokens, clear }]])),
      revealsErrors: true,
      onDiskFailed: () => {},
      files: openMemoryFiles(environment),
      cloudUrl: "http://localhost",
    });
  }

  #end(life: { isOn: boolean }): never {
    life.isOn = false;
    this.crashes++;
    this.crash = "no crash";
    for (const cut of [...this.connections]) cut();
    throw new Error("The process has ended.");
  }

  /** A process that has ended is started again. */
  startIfNeeded(): void {
    if (this.#life.isOn) return;
    const ended = this.core;
    this.start();
    try {
      ended.close();
    } catch {
      // It can write nothing any more.
    }
  }

  async call(kind: "query" | "mutation", name: string): Promise<unknown> {
    const call = { path: `m:${name}`, args: {}, caller: ANONYMOUS, allowsInternal: false };
    const { runtime } = this.core;
    const { result } = await (kind === "query"
      ? runtime.runQuery(call)
      : runtime.runMutation(call));
    if (!result.ok) throw new Error(JSON.stringify(result));
    return JSON.parse(result.valueJson);
  }
}

function callerOf(user: string): Caller {
  const tokenIdentifier = `https://issuer.test|${user}`;
  const identity = { subject: user, issuer: "https://issuer.test", tokenIdentifier };
  return {
    kind: "user",
    identity: { identity, tokenIdentifier, expiresAtMs: 8e15, token: user },
  };
}

interface Answer {
  requestId: number;
  success: boolean;
  result: unknown;
}

/**
 * One connection of a tab: says who it is and sends requests, and is cut after so many messages up or
 * down. Resolves with the answers that came, once it is cut or all are there.
 */
function converse(
  world: World,
  tab: { sessionId: string; user: string },
  requests: ReadonlyArray<{ requestId: number; token: string }>,
  cutAfter: { up: number; down: number },
): Promise<Answer[]> {
  world.startIfNeeded();
  const answers: Answer[] = [];
  return new Promise((resolve) => {
    const { runtime, watchedQueries, refreshQueries } = world.core;
    const environment = realEnvironment(() => {});
    let isOpen = true;
    let down = 0;
    const cut = () => {
      if (!isOpen) return;
      isOpen = false;
      world.connections.delete(cut);
      session.close();
      resolve(answers);
    };
    const session: SyncSession = new SyncSession(
      {
        environment,
        runtime,
        watchedQueries,
        refreshQueries,
        authenticate: async (message) =>
          message.tokenType === "User" ? callerOf(message.value) : ANONYMOUS,
      },
      {
        send: (frame, onSent) => {
          if (!isOpen) return;
          const message = JSON.parse(frameText(frame));
          onSent?.();
          if (down++ >= cutAfter.down) return cut();
          if (message.type === "MutationResponse") answers.push(message);
          if (answers.length === requests.length) cut();
        },
        unsentBytes: () => 0,
        close: cut,
      },
    );
    world.connections.add(cut);
    const messages = [
      { type: "Connect", sessionId: tab.sessionId, connectionCount: 0, lastCloseReason: null },
      { type: "Authenticate", baseVersion: 0, tokenType: "User", value: tab.user },
      ...requests.map(({ requestId, token }) => ({
        type: "Mutation",
        requestId,
        udfPath: "m:add",
        args: [{ token }],
      })),
    ];
    for (const message of messages.slice(0, cutAfter.up)) {
      if (isOpen) session.receive(JSON.stringify(message));
    }
    if (cutAfter.up < messages.length) cut();
  });
}

const WHOLE = { up: Number.POSITIVE_INFINITY, down: Number.POSITIVE_INFINITY };
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

it(`[SY6] [SY7] M4: retries at every message boundary repeat and lose nothing (seed ${SEED})`, {
  timeout: 180_000,
}, async () => {
  const world = new World();
  const chance = new Chance(SEED);
  let sent = 0;
  let refused = 0;
  let nextSession = 0;
  let total = 0;

  /** One tab: cut once at the given place, then at drawn ones, until everything is answered. */
  const useTab = async (first: { up: number; down: number }) => {
    const tab = { sessionId: uuid(++nextSession), user: `user ${nextSession % 3}` };
    const requests = Array.from({ length: REQUESTS }, (_, requestId) => ({
      requestId,
      token: `${tab.sessionId} ${requestId}`,
    }));
    const answered = new Map<number, unknown>();
    const take = (answers: Answer[]) => {
      for (const { requestId, success, result } of answers) {
        expect(success).toBe(true);
        if (answered.has(requestId)) expect(result).toBe(answered.get(requestId));
        answered.set(requestId, result);
      }
    };
    for (let tries = 0; answered.size < REQUESTS; tries++) {
      const open = requests.filter(({ requestId }) => !answered.has(requestId));
      const places = { up: chance.int(0, REQUESTS + 3), down: chance.int(0, REQUESTS + 3) };
      const cutAfter = tries === 0 ? first : tries < 3 ? places : WHOLE;
      sent += open.length;
      take(await converse(world, tab, open, cutAfter));
    }
    // Everything once more, though it was answered; then as somebody else.
    sent += REQUESTS;
    take(await converse(world, tab, requests, WHOLE));
    const others = await converse(world, { ...tab, user: "a stranger" }, requests, WHOLE);
    for (const { success, result } of others) {
      expect(success).toBe(false);
      expect(String(result)).toContain("made by somebody else");
      refused++;
    }
    return { tab, requests, answered };
  };

  let last!: Awaited<ReturnType<typeof useTab>>;
  for (let round = 0; sent + refused < CASES; round++) {
    const expected: string[] = [];
    const counts: unknown[] = [];
    for (let up = 0; up <= REQUESTS + 2; up++) {
      const crashes: Crash[] = ["no crash", "before the append", "between commit and answer"];
      world.crash = crashes[(up + round) % crashes.length]!;
      // Two tabs at a time.
      const tabs = await Promise.all([
        useTab({ up, down: WHOLE.down }),
        useTab({ up: WHOLE.up, down: up }),
      ]);
      world.crash = "no crash";
      for (const { requests, answered } of tabs) {
        expected.push(...requests.map(({ token }) => token));
        counts.push(...answered.values());
      }
      last = tabs[0]!;
    }
    world.startIfNeeded();
    const tokens = (await world.call("query", "tokens")) as string[];
    expect(tokens.sort()).toEqual(expected.sort());
    const numbers = counts.map(Number).sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, place) => total + place + 1));
    total += numbers.length;
    await world.call("mutation", "clear");
  }

  // The outcome of a request is kept for 14 days to the millisecond, then it is another request.
  world.core.close();
  world.start();
  const sweepAfter = (ms: number) =>
    world.memory.forgetRequests(world.nowMs + ms - limits.requestRecordsKeptMs, null, 100_000);
  sweepAfter(limits.requestRecordsKeptMs);
  const { tab, requests, answered } = last;
  const kept = await converse(world, tab, requests, WHOLE);
  expect(kept.map(({ result }) => result)).toEqual([...answered.values()]);
  sweepAfter(limits.requestRecordsKeptMs + 1);
  const anew = await converse(world, tab, requests, WHOLE);
  expect(anew.map(({ result }) => result)).toEqual(requests.map((_, place) => total + place + 1));
  console.log(
    `M4, seed ${SEED}: ${sent} requests of ${nextSession} tabs, ${total} executions, ` +
      `${world.crashes} crashes; ${refused} refused to strangers`,
  );
  expect(world.crashes).toBeGreaterThan(0);
  expect(sent + refused).toBeGreaterThanOrEqual(CASES);
  world.core.close();
});
