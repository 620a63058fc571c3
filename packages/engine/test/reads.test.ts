import { fileURLToPath } from "node:url";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunningEngine, startEngine, until } from "./rig.ts";

const reads = anyApi.reads!;
const functionsDir = fileURLToPath(new URL("./fixtures/reads", import.meta.url));

let running: RunningEngine;
beforeEach(async () => {
  running = await startEngine({ functionsDir, revealsErrors: true });
});
afterEach(() => running.stop());

describe("reading a query", () => {
  it("[RT6] gives the same documents one by one and all at once, of every type", async () => {
    const client = running.connect();
    const values = [0, 1n, -0, Number.NaN, new ArrayBuffer(3), { $: "no" }.$, 'a "$integer"', null];
    await client.mutation(reads.fill!, { values });
    const ways = await client.query(reads.everyWay!, {});
    expect(ways.oneByOne.map(({ value }: { value: unknown }) => value)).toEqual(values.slice(1));
    expect(ways.collected).toEqual(ways.oneByOne);
    expect(ways.taken).toEqual(ways.oneByOne.slice(0, 2));
    expect(ways.none).toEqual([]);
    expect(ways.first).toEqual(ways.oneByOne[0]);
    expect(ways.missing).toBeNull();
  });

  it("[RT6] gives documents of one's own, which may be changed", async () => {
    const client = running.connect();
    await client.mutation(reads.fill!, { values: [1] });
    expect(await client.query(reads.change!, {})).toEqual({
      changed: ["kept", "changed"],
      again: ["kept"],
    });
  });

  it("[RT6] refuses what cannot be read in the library's words", async () => {
    const client = running.connect();
    await client.mutation(reads.fill!, { values: [1, 2] });
    expect(await client.query(reads.misuse!, {})).toEqual([
      "This query is closed and can't emit any more values.",
      "unique() query returned more than one result from table items:",
      "Index items.by_nothing not found.",
      "Arg 1 `n` to `take` must be a non-negative integer",
    ]);
  });

  it("[RT6] shows a mutation its own writes", async () => {
    const client = running.connect();
    await client.mutation(reads.fill!, { values: [1, 2] });
    expect(await client.mutation(reads.writeBetween!, {})).toBe(1);
  });

  it("[RT6] counts as read what was looked at, and no more", async () => {
    const [writer, few, all] = [running.connect(), running.connect(), running.connect()];
    await writer!.mutation(reads.fill!, { values: [1, 2] });
    const seen = until<number>(
      (onValue) => all!.onUpdate(reads.count!, { most: 10 }, onValue),
      (count) => count === 3,
    );
    await until<number>(
      (onValue) => few!.onUpdate(reads.count!, { most: 0 }, onValue),
      () => true,
    );
    await all!.query(reads.count!, { most: 10 });
    const before = running.engine.counters().queryRuns;
    await writer!.mutation(reads.fill!, { values: [3] });
    await seen;
    expect(running.engine.counters().queryRuns - before).toBe(1);
  });
});
