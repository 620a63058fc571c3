import { makeFunctionReference } from "convex/server";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Id } from "./_generated/dataModel";
import { type Cell, cellsOf, inOrder, tryCell } from "./access.cells";
import { matrix, rows } from "./access.matrix";
import { type Caller, endedSessionId, type Scene, setScene } from "./access.scene";
import schema from "./schema";
import { type BackEnd, findFunctions, refusal, startBackEnd, startWorld } from "./test.setup";

/**
 * [Z1] Every public function, for everybody, on their own and on others' things. No token is checked
 * in this process, so an expired one is tried where sockets are: `server/access-matrix.test.ts`.
 */

const eventsSecret = "a secret of the scene";
const published = await findFunctions("isPublic");
const internals = await findFunctions("isInternal");
let tried = 0;

beforeEach(() => {
  vi.stubEnv("PARLEY_EVENTS_SECRET", eventsSecret);
  vi.stubEnv("PARLEY_RATE_LIMITS", "1000");
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => {
  process.stdout.write(`access matrix: ${rows.length} functions, ${tried} cells\n`);
});

describe("the access matrix", () => {
  it("has a row for every public function, and for nothing else", () => {
    const kinds = published.map(({ path, kind }) => [path, kind]).sort();
    expect(rows.map(([name, { kind }]) => [name, kind]).sort()).toEqual(kinds);
  });

  it("tries everything that names a conversation or a message on others' and on none", () => {
    const guards = { conversationId: "foreign", conversationIds: "foreign" };
    const needed = { ...guards, messageId: "foreignMessage", messageIds: "foreignMessage" };
    for (const { path, argNames } of published) {
      for (const [argument, place] of Object.entries(needed)) {
        if (!argNames.includes(argument)) continue;
        const absent = place.replace("foreign", "absent");
        expect([path, Object.keys(matrix[path as keyof typeof matrix].on)]).toEqual([
          path,
          expect.arrayContaining([place, absent]),
        ]);
      }
    }
  });

  it("lets no argument name the caller", () => {
    const named = published.flatMap(({ argNames }) => argNames);
    expect(named.filter((name) => /caller|actor|senderId|clerkId|token/i.test(name))).toEqual([]);
  });

  it.each(rows)("%s answers whom it should, and nothing that it should not", async (name, row) => {
    const all = cellsOf(name, row).filter(({ role }) => role !== "expired");
    const { harmless, changing } = inOrder(all);
    const { backEnd, scene } = await open();
    const before = await everythingIn(backEnd);
    const faults = await tryAll(harmless, backEnd, scene);
    expect(await everythingIn(backEnd)).toBe(before);
    for (const together of changing) {
      const fresh = await open();
      faults.push(...(await tryAll(together, fresh.backEnd, fresh.scene)));
    }
    tried += all.length;
    expect(faults.filter((fault) => fault !== null)).toEqual([]);
  });
});

it.each([
  ["a text longer than any id", "x".repeat(600)],
  ["nothing", ""],
  ["a zero", "\u0000"],
])("a conversation named by %s reads as one that is not there", async (_, conversationId) => {
  const { ada, backEnd } = await startWorld();
  const before = await everythingIn(backEnd);
  for (const [name, row] of rows) {
    const { argNames } = published.find(({ path }) => path === name)!;
    if (!argNames.includes("conversationId")) continue;
    const args = row.args({
      ...{ caller: "ada", host: "bob", guest: "eve" },
      ...{ conversationId, messageId: "", userId: "bob", reportId: "" },
    });
    const asked = callerOf(ada)[row.kind](name, args);
    expect([name, await refusal(asked)]).toEqual([name, { code: "not_found" }]);
  }
  expect(await everythingIn(backEnd)).toBe(before);
});

it("there are internal functions, which no door of this table leads to", () => {
  expect(internals.map(({ path }) => path)).toContain("identityEvents:apply");
  expect(internals.filter(({ path }) => path in matrix)).toEqual([]);
});

async function open(): Promise<{ backEnd: BackEnd; scene: Scene }> {
  const backEnd = startBackEnd();
  const scene = await setScene({
    idOf: (name) => name,
    as: (userId) => callerIn(backEnd, userId),
    async tell(event) {
      const response = await backEnd.fetch("/identity-events", {
        method: "POST",
        headers: { authorization: `Bearer ${eventsSecret}` },
        body: JSON.stringify(event),
      });
      expect(await response.json()).toEqual({ ok: true, applied: true });
    },
    async absentMessage(sent) {
      await backEnd.run(async (ctx) => await ctx.db.delete(sent as Id<"messages">));
      return sent;
    },
  });
  return { backEnd, scene };
}

async function tryAll(all: Cell[], backEnd: BackEnd, scene: Scene): Promise<unknown[]> {
  const faults: unknown[] = [];
  for (const cell of all) faults.push(await tryCell(cell, callerIn(backEnd, cell.role), scene));
  return faults;
}

function callerIn(backEnd: BackEnd, userId: string): Caller {
  if (userId === "anonymous") return callerOf(backEnd);
  const sid = userId === "ended" ? endedSessionId : "a session";
  const role = userId === "serverAdmin" ? "admin" : "member";
  const identity = { subject: userId, name: userId, email: `${userId}@example.org`, sid, role };
  return callerOf(backEnd.withIdentity(identity));
}

function callerOf({ query, mutation }: Pick<BackEnd, "query" | "mutation">): Caller {
  return {
    query: async (name, args) => await query(makeFunctionReference<"query">(name), args),
    mutation: async (name, args) => await mutation(makeFunctionReference<"mutation">(name), args),
  };
}

async function everythingIn(backEnd: BackEnd): Promise<string> {
  const tables = Object.keys(schema.tables) as Array<keyof typeof schema.tables>;
  const contents = await backEnd.run(
    async (ctx) => await Promise.all(tables.map((table) => ctx.db.query(table).collect())),
  );
  return JSON.stringify(contents);
}
