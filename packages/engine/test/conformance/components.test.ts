/// <reference types="vite/client" />
import aggregateTest from "@convex-dev/aggregate/test";
import batchWorkerTest from "@convex-dev/batch-worker/test";
import presenceTest from "@convex-dev/presence/test";
import rateLimiterTest from "@convex-dev/rate-limiter/test";
import { anyApi, defineSchema } from "convex/server";
import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import ledgerSchema from "../fixtures/components/ledger/schema.ts";
import schema from "../fixtures/components/schema.ts";

const generated = async () => ({});
const modules = {
  ...import.meta.glob(["../fixtures/components/*.ts", "!../fixtures/components/*.*.ts"]),
  "../fixtures/components/_generated/api.js": generated,
};
const ledgerModules = {
  ...import.meta.glob([
    "../fixtures/components/ledger/*.ts",
    "!../fixtures/components/ledger/*.*.ts",
  ]),
  "../fixtures/components/ledger/_generated/api.js": generated,
};
const journalModules = {
  ...import.meta.glob("../fixtures/components/ledger/journal/lines.ts"),
  "../fixtures/components/ledger/journal/_generated/api.js": generated,
};

// biome-ignore lint/suspicious/noExplicitAny: references without generated types
const { books, rooms, scores, limited } = anyApi as Record<string, any>;

/** The component has no schema.ts. */
const anything = defineSchema({}, { schemaValidation: false });

function startBackEnd() {
  const t = convexTest(schema, modules);
  for (const name of ["ledger", "second"]) {
    t.registerComponent(name, ledgerSchema, ledgerModules);
    t.registerComponent(`${name}/journal`, anything, journalModules);
  }
  presenceTest.register(t as never);
  aggregateTest.register(t as never);
  batchWorkerTest.register(t as never, "aggregate/batchWorker");
  rateLimiterTest.register(t as never);
  return t;
}

const EMPTY = { amounts: [], lines: [] };

describe("registered components", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("[TE7] have tables of their own and take part in the transaction", async () => {
    const t = startBackEnd();
    await t.mutation(books.add, { amount: 7 });
    expect(await t.mutation(books.addWithTrouble, { amount: 5 })).toBe(true);
    expect(await t.query(books.all, {})).toEqual({
      app: ["the app's 7", "kept"],
      ledger: { amounts: [7], lines: ["added 7"] },
      second: EMPTY,
    });
  });

  it("[TE7] are told nothing of who calls, and call back by handle as nobody", async () => {
    const t = startBackEnd().withIdentity({ subject: "ann" });
    const { app, ledger, second } = await t.mutation(books.circumstances, {});
    expect({ app, ledger, second }).toMatchObject({
      app: "ann",
      ledger: { identity: null, componentPath: "ledger", name: "entries:circumstances" },
      second: { identity: null, componentPath: "second" },
    });
    expect(await t.mutation(books.callBack, { text: "back" })).toMatchObject({ caller: "nobody" });
  });

  it("[TE7] schedule functions of their own and by handle", async () => {
    const t = startBackEnd();
    await t.mutation(books.addLater, { amount: 20 });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await t.query(books.all, {})).toEqual({
      app: ["by ledger"],
      ledger: { amounts: [20, 21], lines: ["added 21"] },
      second: EMPTY,
    });
  });

  it("[TE7] may be those of Convex, with what they use: presence", async () => {
    const t = startBackEnd();
    const beat = (user: string, intervalMs: number) =>
      t.mutation(rooms.heartbeat, { room: "lobby", user, session: `of ${user}`, intervalMs });
    const { roomToken, sessionToken } = await beat("ann", 3_600_000);
    await beat("bob", 3_600_000);
    await t.mutation(rooms.leave, { sessionToken });
    const list = await t.query(rooms.list, { roomToken });
    const seen = list.map(({ userId, online }: Record<string, unknown>) => [userId, online]);
    expect(seen).toEqual([
      ["bob", true],
      ["ann", false],
    ]);
  });

  it("[TE7] may be those of Convex, with what they use: aggregate", async () => {
    const t = startBackEnd();
    for (let points = 1; points <= 20; points++) {
      await t.mutation(scores.add, { player: `player ${points}`, points });
    }
    await expect(t.mutation(scores.addAndFail, {})).rejects.toThrow("no");
    expect(await t.query(scores.summary, {})).toEqual({ count: 20, sum: 210, above: 10, best: 20 });
    const queued = [30, 40].map((points) => ({ player: `player ${points}`, points }));
    await t.mutation(scores.addLater, { scores: queued });
    expect(await t.query(scores.summary, {})).toBe(null);
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await t.query(scores.summary, {})).toEqual({ count: 22, sum: 280, above: 12, best: 40 });
  });

  it("[TE7] may be those of Convex, with what they use: rate limiter", async () => {
    const t = startBackEnd();
    for (let n = 0; n < 3; n++) await t.mutation(limited.send, { user: "ann" });
    await expect(t.mutation(limited.send, { user: "ann" })).rejects.toMatchObject({
      data: { kind: "RateLimited", name: "send" },
    });
    await t.mutation(limited.sendLater, {});
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await t.query(limited.left, {})).toBe(4);
  });
});
