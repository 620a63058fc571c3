import { randomInt } from "node:crypto";
import {
  type GenericMutationCtx,
  type GenericQueryCtx,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import type { GenericId } from "convex/values";
import { expect, it } from "vitest";
import { realEnvironment } from "../src/base/environment.ts";
import { createCore } from "../src/core.ts";
import { openMemoryFiles } from "../src/files/memory-files.ts";
import { ANONYMOUS } from "../src/identity/caller.ts";
import { openMemoryPersistence } from "../src/persistence/memory-persistence.ts";
import { createFunctionRegistry } from "../src/runtime/function-registry.ts";
import { EMPTY_SCHEMA } from "../src/schema/schema-definition.ts";
import type { JSONObject } from "../src/values/json.ts";
import { Chance } from "./simulation/chance.ts";

const SEED = Number(process.env.PARLEY_SEED ?? randomInt(1, 1_000_000));
const HISTORIES = Number(process.env.PARLEY_HISTORIES ?? 1_500);
const KEYS = ["a", "b", "c"];

/** Read a cell, write one, or count all cells, which an insert anywhere changes. */
type Step = { read: string } | { write: string; value: number } | { count: true };

interface Done {
  steps: Step[];
  /** What each reading step gave; null for a cell that is not there. */
  reads: Array<number | null>;
  /** Those that were answered before this one was asked. */
  after: number[];
}

type Cells = ReadonlyMap<string, number>;

/** What the steps read, in one go, and what they leave. */
function perform(cells: Cells, steps: readonly Step[]) {
  const left = new Map(cells);
  const reads: Array<number | null> = [];
  for (const step of steps) {
    if ("read" in step) reads.push(left.get(step.read) ?? null);
    else if ("write" in step) left.set(step.write, step.value);
    else reads.push(left.size);
  }
  return { left, reads };
}

/** Whether some order of all of them, one after another, explains what each read and what is left. */
function isSerializable(history: readonly Done[], final: Cells): boolean {
  const place = (cells: Cells, placed: ReadonlySet<number>): boolean => {
    if (placed.size === history.length) return sameCells(cells, final);
    return history.some((done, n) => {
      if (placed.has(n) || done.after.some((earlier) => !placed.has(earlier))) return false;
      const { left, reads } = perform(cells, done.steps);
      if (reads.join() !== done.reads.join()) return false;
      return place(left, new Set([...placed, n]));
    });
  };
  return place(new Map(), new Set());
}

function sameCells(a: Cells, b: Cells): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

type Asked = { history: number; steps: Step[] };
type Rows = {
  cells: {
    document: { _id: GenericId<"cells">; history: number; key: string; value: number };
    fieldPaths: "_id" | "history" | "key" | "value";
    indexes: Record<never, never>;
    searchIndexes: Record<never, never>;
    vectorIndexes: Record<never, never>;
  };
};

function startWorld() {
  const rows = (ctx: GenericQueryCtx<Rows>, history: number) =>
    ctx.db
      .query("cells")
      .filter((q) => q.eq(q.field("history"), history))
      .collect();
  const look = async (ctx: GenericQueryCtx<Rows>, { history, steps }: Asked) => {
    const reads: Array<number | null> = [];
    for (const step of steps) {
      const found = await rows(ctx, history);
      if ("count" in step) reads.push(found.length);
      if ("read" in step) reads.push(found.find(({ key }) => key === step.read)?.value ?? null);
    }
    return reads;
  };
  const change = async (ctx: GenericMutationCtx<Rows>, { history, steps }: Asked) => {
    const reads: Array<number | null> = [];
    for (const step of steps) {
      if (!("write" in step)) {
        reads.push(...(await look(ctx, { history, steps: [step] })));
        continue;
      }
      const { write: key, value } = step;
      const found = (await rows(ctx, history)).find((row) => row.key === key);
      if (found) await ctx.db.patch(found._id, { value });
      else await ctx.db.insert("cells", { history, key, value });
    }
    return reads;
  };
  const modules = {
    change: mutationGeneric({ handler: change }),
    look: queryGeneric({ handler: look }),
    clear: mutationGeneric(async (ctx) => {
      for (const row of await ctx.db.query("cells").collect()) await ctx.db.delete(row._id);
      return [];
    }),
    cells: queryGeneric((ctx, { history }: { history: number }) => rows(ctx, history)),
  };
  const environment = realEnvironment(() => {});
  const core = createCore({
    environment,
    persistence: openMemoryPersistence(),
    schema: EMPTY_SCHEMA,
    functions: createFunctionRegistry(new Map([["cells", modules]])),
    revealsErrors: true,
    onDiskFailed: () => {},
    files: openMemoryFiles(environment),
    cloudUrl: "http://localhost",
  });
  const run = async <T>(kind: "change" | "clear" | "look" | "cells", args: object): Promise<T> => {
    const path = `cells:${kind}`;
    const call = { path, args: args as JSONObject, caller: ANONYMOUS, allowsInternal: false };
    const isQuery = kind === "look" || kind === "cells";
    const { runtime } = core;
    const { result } = await (isQuery ? runtime.runQuery(call) : runtime.runMutation(call));
    if (!result.ok) throw new Error(JSON.stringify(result));
    return JSON.parse(result.valueJson) as T;
  };
  return {
    change: (asked: Asked) => run<Array<number | null>>("change", asked),
    look: (asked: Asked) => run<Array<number | null>>("look", asked),
    clear: () => run("clear", {}),
    cells: async (history: number): Promise<Cells> => {
      const found = await run<Array<{ key: string; value: number }>>("cells", { history });
      return new Map(found.map(({ key, value }) => [key, value]));
    },
    close: () => core.close(),
  };
}

function drawSteps(chance: Chance, isQuery: boolean, nextValue: () => number): Step[] {
  return Array.from({ length: chance.int(1, 5) }, (): Step => {
    const kind = chance.int(0, isQuery ? 2 : 4);
    if (kind === 0) return { read: chance.pick(KEYS) };
    if (kind === 1) return { count: true };
    return { write: chance.pick(KEYS), value: nextValue() };
  });
}

it(`[ST12] [SY2] M2: some order of all explains every history of at most 8 transactions (seed ${SEED})`, {
  timeout: 120_000,
}, async () => {
  const world = startWorld();
  const chance = new Chance(SEED);
  let transactions = 0;
  let value = 0;
  for (let n = 0; n < HISTORIES; n++) {
    const history: Done[] = [];
    for (let answered = 0, wave = 0; wave < 3 && history.length < 8; wave++) {
      const after = Array.from({ length: answered }, (_, place) => place);
      const asked = Array.from({ length: chance.int(1, 9 - history.length) }, async () => {
        const isQuery = chance.oneIn(4);
        const steps = drawSteps(chance, isQuery, () => ++value);
        const done: Done = { steps, reads: [], after };
        history.push(done);
        done.reads = await (isQuery ? world.look : world.change)({ history: n, steps });
      });
      await Promise.all(asked);
      answered = history.length;
    }
    transactions += history.length;
    const final = await world.cells(n);
    if (!isSerializable(history, final)) {
      expect.fail(
        `no order explains history ${n}: ${JSON.stringify({ history, final: [...final] })}`,
      );
    }
    if (n % 10 === 9) await world.clear();
  }
  console.log(`M2, seed ${SEED}: ${transactions} transactions in ${HISTORIES} histories`);
  world.close();
});

it("[ST12] M2 finds what no order explains", () => {
  const done = (steps: Step[], reads: Array<number | null>, after: number[] = []) => ({
    steps,
    reads,
    after,
  });
  const cells = (entries: Record<string, number>) => new Map(Object.entries(entries));
  // Each read what the other wrote over.
  const skew = [
    done([{ read: "a" }, { write: "b", value: 1 }], [null]),
    done([{ read: "b" }, { write: "a", value: 2 }], [null]),
  ];
  expect(isSerializable(skew, cells({ a: 2, b: 1 }))).toBe(false);
  // An empty range was counted twice, and filled twice.
  const phantoms = [
    done([{ count: true }, { write: "a", value: 1 }], [0]),
    done([{ count: true }, { write: "b", value: 2 }], [0]),
  ];
  expect(isSerializable(phantoms, cells({ a: 1, b: 2 }))).toBe(false);
  // Asked after the answer, and shown what was before.
  const stale = [done([{ write: "a", value: 1 }], []), done([{ read: "a" }], [null], [0])];
  expect(isSerializable(stale, cells({ a: 1 }))).toBe(false);
  expect(isSerializable([stale[0]!, done([{ read: "a" }], [null])], cells({ a: 1 }))).toBe(true);
});
