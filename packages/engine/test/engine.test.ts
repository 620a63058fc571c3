import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, describe, expect, it } from "vitest";
import { type Environment, realEnvironment } from "../src/base/environment.ts";
import { ADMIN_KEY, type RunningEngine, startEngine, until, withFolder } from "./rig.ts";

const notes = anyApi.notes!;
type Note = { _id: string; _creationTime: number; room: string; text: string };

let running: RunningEngine | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

describe("the stock client over a socket", () => {
  it("[SY1] sees a mutation's effect in a subscription, and its promise resolves after it", async () => {
    running = await startEngine();
    const writer = running.connect();
    const reader = running.connect();
    const seen = until<Note[]>(
      (onValue) => reader.onUpdate(notes.list!, { room: "a" }, onValue),
      (list) => list.length === 2,
    );
    await writer.mutation(notes.send!, { room: "a", text: "one" });
    await writer.mutation(notes.send!, { room: "a", text: "two" });
    expect((await seen).map((note) => note.text)).toEqual(["two", "one"]);
  });

  it("[SY2] runs mutations of one client in order and loses no update of many", async () => {
    running = await startEngine();
    const clients = [running.connect(), running.connect(), running.connect()];
    const results = await Promise.all(
      clients.flatMap((client) =>
        Array.from({ length: 40 }, () => client.mutation(notes.increment!, { name: "n" })),
      ),
    );
    const ofFirst = results.slice(0, 40) as number[];
    expect(ofFirst).toEqual([...ofFirst].sort((a, b) => a - b));
    expect(new Set(results).size).toBe(120);
    expect(await clients[0]!.query(notes.counter!, { name: "n" })).toBe(120);
  });

  it("[SY3] evaluates a query once for all clients that ask the same, and only when touched", async () => {
    running = await startEngine();
    const [writer, ...readers] = Array.from({ length: 6 }, () => running!.connect());
    const uninvolved: Note[][] = [];
    const arrivals = readers.map((reader) => {
      reader.onUpdate(notes.list!, { room: "b" }, (list: Note[]) => uninvolved.push(list));
      return until<Note[]>(
        (onValue) => reader.onUpdate(notes.list!, { room: "a" }, onValue),
        (list) => list.length === 1,
      );
    });
    // A reader's first results come together, so a query after them finds all subscribed.
    await Promise.all(readers.map((reader) => reader.query(notes.counter!, { name: "n" })));
    const runsBefore = running.engine.counters().queryRuns;
    await writer!.mutation(notes.send!, { room: "a", text: "hello" });
    await Promise.all(arrivals);
    expect(running.engine.counters().queryRuns - runsBefore).toBe(1);
    expect(uninvolved).toEqual(readers.map(() => []));
  });

  it("[SY4] gives typed refusals to the caller only, and keeps nothing of a refused mutation", async () => {
    running = await startEngine();
    const client = running.connect();
    await expect(client.mutation(notes.refuse!, { room: "a" })).rejects.toMatchObject({
      data: { code: "refused", room: "a" },
    });
    await expect(client.mutation(notes.send!, { room: 7 })).rejects.toThrow(
      /ArgumentValidationError/,
    );
    await expect(client.mutation(notes.hidden!, { room: "a" })).rejects.toThrow(
      /Could not find public function for 'notes:hidden'/,
    );
    await expect(client.mutation(notes.nowhere!, {})).rejects.toThrow(
      /Could not find public function for 'notes:nowhere'/,
    );
    await expect(client.mutation(notes.list!, { room: "a" })).rejects.toThrow(
      /Trying to execute notes.js:list as Mutation, but it is defined as Query/,
    );
    const crashed = client.mutation(notes.crash!, {});
    await expect(crashed).rejects.toThrow(/Server Error/);
    await expect(crashed).rejects.not.toThrow(/private detail/);
    expect(await client.query(notes.list!, { room: "a" })).toEqual([]);
  });

  it("[RT1] rolls back a nested mutation that failed and was caught, and nothing else", async () => {
    running = await startEngine();
    const client = running.connect();
    const data = await client.mutation(notes.nested!, { room: "a" });
    expect(data).toEqual({ code: "refused", room: "a" });
    const list = (await client.query(notes.list!, { room: "a" })) as Note[];
    expect(list.map((note) => note.text)).toEqual(["from inside", "outer"]);
  });

  it("[RT2] freezes the clock inside a function", async () => {
    running = await startEngine();
    expect(await running.connect().query(notes.time!, {})).toEqual({
      isFrozen: true,
      isDate: true,
    });
  });

  it("[SY5] pages without gap or repetition while rows come and go", async () => {
    running = await startEngine();
    const client = running.connect();
    const ids: string[] = [];
    for (let n = 0; n < 25; n++) {
      ids.push((await client.mutation(notes.send!, { room: "a", text: `n${n}` })) as string);
    }
    type Page = { page: Note[]; isDone: boolean; continueCursor: string };
    const texts: string[] = [];
    let cursor: string | null = null;
    for (;;) {
      const paginationOpts = { numItems: 10, cursor };
      const page = (await client.query(notes.page!, { room: "a", paginationOpts })) as Page;
      texts.push(...page.page.map((note) => note.text));
      await client.mutation(notes.send!, { room: "a", text: "newer than all" });
      if (page.isDone) break;
      cursor = page.continueCursor;
    }
    expect(texts).toEqual(Array.from({ length: 25 }, (_, n) => `n${24 - n}`));
    await expect(
      client.query(notes.page!, { room: "b", paginationOpts: { numItems: 10, cursor } }),
    ).rejects.toThrow(/InvalidCursor/);
  });
});

describe("functions", () => {
  it("[RT3] fails a query that never settles, and serves everybody else", async () => {
    const real = realEnvironment(() => {});
    // Deadlines come a hundred times sooner; nothing else looks at timers.
    const setTimer: Environment["setTimer"] = (delayMs, callback) =>
      real.setTimer(delayMs / 100, callback);
    running = await startEngine({ environment: { ...real, setTimer } });
    const http = new ConvexHttpClient(running.url);
    const stuck = http.query(notes.stuck!, {});
    await http.mutation(notes.send!, { room: "a", text: "meanwhile" });
    await expect(stuck).rejects.toThrow(/Function execution timed out \(maximum duration: 1s\)/);
    expect(await http.query(notes.list!, { room: "a" })).toMatchObject([{ text: "meanwhile" }]);
  });

  it("[RT4] keeps queries from writing and from calling mutations", async () => {
    running = await startEngine({ revealsErrors: true });
    const http = new ConvexHttpClient(running.url);
    await expect(http.query(notes.writingQuery!, {})).rejects.toThrow(/not a function/);
    await expect(http.query(notes.mutatingQuery!, {})).rejects.toThrow(/not a function|cannot run/);
  });

  it("[RT5] reads index ranges by their bounds, missing fields lowest", async () => {
    running = await startEngine({ revealsErrors: true });
    const http = new ConvexHttpClient(running.url);
    for (const rank of [undefined, 1, 2, 3]) {
      const note = { room: "a", text: String(rank), ...(rank === undefined ? {} : { rank }) };
      await http.mutation(notes.send!, note);
    }
    const range = (bounds: object) => http.query(notes.ranked!, { room: "a", ...bounds });
    expect(await range({})).toEqual(["undefined", "1", "2", "3"]);
    expect(await range({ below: 3 })).toEqual(["undefined", "1", "2"]);
    expect(await range({ above: 1 })).toEqual(["2", "3"]);
    expect(await range({ above: 1, below: 3 })).toEqual(["2"]);
    await expect(http.query(notes.wrongRange!, {})).rejects.toThrow(/InvalidIndexRange/);
    await expect(http.query(notes.wrongIndex!, {})).rejects.toThrow(
      /Index notes.by_mood not found/,
    );
  });
});

describe("durability", () => {
  it("[ST1] keeps everything acknowledged over a restart, and clients come back by themselves", async () => {
    await withFolder(async (dataDir) => {
      running = await startEngine({ dataDir });
      const { port } = running;
      const http = new ConvexHttpClient(running.url);
      const id = await http.mutation(notes.send!, { room: "a", text: "kept" });
      await http.mutation(notes.rename!, { id, text: "kept and renamed" });
      const removed = await http.mutation(notes.send!, { room: "a", text: "removed" });
      await http.mutation(notes.remove!, { id: removed });
      const before = await http.query(notes.list!, { room: "a" });
      await running.stop();
      running = await startEngine({ dataDir, port });
      expect(await new ConvexHttpClient(running.url).query(notes.list!, { room: "a" })).toEqual(
        before,
      );
      expect(before).toMatchObject([{ text: "kept and renamed" }]);
    });
  });

  it("[ST2] refuses a data folder that another engine has open", async () => {
    await withFolder(async (dataDir) => {
      running = await startEngine({ dataDir });
      await expect(startEngine({ dataDir })).rejects.toMatchObject({ kind: "DataFolderInUse" });
    });
  });
});

describe("the admin key", () => {
  it("[ID11] lets its holder call internal functions", async () => {
    running = await startEngine();
    const http = new ConvexHttpClient(running.url);
    await expect(http.mutation(notes.hidden!, { room: "a" })).rejects.toThrow(/Could not find/);
    (http as unknown as { setAdminAuth(key: string): void }).setAdminAuth(ADMIN_KEY);
    await http.mutation(notes.hidden!, { room: "a" });
    expect(await http.query(notes.list!, { room: "a" })).toMatchObject([{ text: "from inside" }]);
  });
});
