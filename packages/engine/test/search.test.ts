import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { NOTES_DIR, type RunningEngine, startEngine, until, withFolder } from "./rig.ts";

const SEARCH_DIR = fileURLToPath(new URL("./fixtures/search", import.meta.url));
const notes = anyApi.notes!;

let running: RunningEngine | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

async function start(dataDir: string | null = null) {
  running = await startEngine({ functionsDir: SEARCH_DIR, revealsErrors: true, dataDir });
  const http = new ConvexHttpClient(running.url);
  return {
    http,
    add: (room: string, texts: string[], rank?: number) =>
      http.mutation(notes.add!, { room, texts, ...(rank === undefined ? {} : { rank }) }),
    find: (text: string, filters: object = {}) =>
      http.query(notes.find!, { text, ...filters }) as Promise<string[]>,
  };
}

describe("what is found", () => {
  it("[SE1] [SE2] words of any script without case; any word, and beginnings of the last", async () => {
    const { add, find } = await start();
    const texts = [
      "The quick brown fox",
      "a lazy DOG, sleeping",
      "Ёлка и снег",
      "ΟΔΟΣ",
      "東京 タワー",
      "हिन्दी",
    ];
    await add("a", texts);
    expect(await find("FOX")).toEqual(["The quick brown fox"]);
    expect(await find("dog/fox")).toEqual(["a lazy DOG, sleeping", "The quick brown fox"]);
    expect(await find("slee")).toEqual(["a lazy DOG, sleeping"]);
    expect(await find("slee nothing")).toEqual([]);
    expect(await find("leeping")).toEqual([]);
    expect(await find("ёлка")).toEqual(["Ёлка и снег"]);
    expect(await find("οδοσ")).toEqual(["ΟΔΟΣ"]);
    expect(await find("東")).toEqual(["東京 タワー"]);
    expect(await find("हिन्दी")).toEqual(["हिन्दी"]);
    expect(await find(" -?! ")).toEqual([]);
  });

  it("[SE1] terms of 32 bytes and terms behind the sixteenth are not looked for", async () => {
    const { add, find } = await start();
    await add("a", ["x".repeat(31), `${"y".repeat(32)} long`, "seventeenth", "first"]);
    expect(await find("x".repeat(31))).toEqual(["x".repeat(31)]);
    expect(await find("y".repeat(32))).toEqual([]);
    const others = Array.from({ length: 14 }, (_, n) => `other${n}`).join(" ");
    expect(await find(`first ${others} seventeenth`)).toEqual(["first", "seventeenth"]);
    expect(await find(`first more ${others} seventeenth`)).toEqual(["first"]);
  });

  it("[SE3] only what has all wanted values, missing ones and several filters included", async () => {
    const { add, find } = await start();
    await add("a", ["blue one"]);
    await add("a", ["blue two", "bluebell"], 2);
    await add("b", ["blue three"], 2);
    expect(await find("blue", { room: "a" })).toEqual(["blue two", "blue one", "bluebell"]);
    expect(await find("blue", { rank: 2 })).toEqual(["blue three", "blue two", "bluebell"]);
    expect(await find("blue", { room: "a", rank: 2 })).toEqual(["blue two", "bluebell"]);
    expect(await find("blue", { rank: null })).toEqual(["blue one"]);
    expect(await find("blue", { room: "c" })).toEqual([]);
    expect(await running!.connect().query(notes.findLong!, { text: "t" })).toEqual([]);
  });

  it("[SE3] one room's among many terms that begin alike, whoever else has them", async () => {
    const { add, find } = await start();
    const rooms = Array.from({ length: 30 }, (_, room) => `room ${room}`);
    const wordsOf = (room: number) =>
      Array.from({ length: 40 }, (_, n) => `word${(room * 7 + n * 13) % 600}`);
    for (const [room, name] of rooms.entries()) await add(name, wordsOf(room));
    for (const room of [0, 13, 29]) {
      const found = await find("word", { room: rooms[room] });
      expect(found.sort()).toEqual(wordsOf(room).sort());
    }
    const expected = rooms
      .flatMap((_, room) => wordsOf(room))
      .filter((word) => /^word1/.test(word));
    expect((await find("word1")).sort()).toEqual(expected.sort());
  });

  it("[SE4] the most relevant first: more of the terms, rarer ones, shorter texts, then newer", async () => {
    const { add, find } = await start();
    await add("a", [
      "common rare",
      "common",
      "common common common",
      "common and very many words around it so that it weighs little",
      "rare",
      "same words",
      "same words",
      "commonplace",
    ]);
    expect(await find("common rare")).toEqual([
      "common rare",
      "rare",
      "common common common",
      "common",
      "common and very many words around it so that it weighs little",
    ]);
    const beginnings = (await find("common")).filter((text) => text.length < 12);
    expect(beginnings).toEqual(["common", "common rare", "commonplace"]);
    await add("b", ["tie one", "tie two"]);
    await add("b", ["tie three"]);
    expect(await find("tie")).toEqual(["tie three", "tie two", "tie one"]);
  });

  it("[SE2] [SE3] exactly what a plain reading of the rules finds", async () => {
    const { http, add, find } = await start();
    const word = fc.constantFrom("a", "ab", "abc", "b", "bc", "c");
    const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(" "));
    const note = fc.record({ text, room: fc.constantFrom("x", "y") });
    let salt = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(note, { maxLength: 12 }),
        text,
        fc.option(fc.constantFrom("x", "y"), { nil: undefined }),
        async (list, query, room) => {
          const run = `run${salt++}`;
          for (const { text, room } of list) await add(`${run} ${room}`, [`${text} ${run}`]);
          const words = query.split(" ");
          const last = words.at(-1)!;
          const expected = list
            .filter((note) => room === undefined || note.room === room)
            .filter(({ text }) =>
              text.split(" ").some((word) => words.includes(word) || word.startsWith(last)),
            )
            .map(({ text }) => `${text} ${run}`);
          const filters = room === undefined ? {} : { room: `${run} ${room}` };
          const found = (await find(query, filters)).filter((text) => text.endsWith(` ${run}`));
          expect(found.sort()).toEqual(expected.sort());
          for (const { text } of list) {
            await http.mutation(notes.edit!, { from: `${text} ${run}`, to: null });
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe("changes", () => {
  it("[SE5] a mutation finds what it has written itself, and no longer what it has changed", async () => {
    const { http } = await start();
    expect(await http.mutation(notes.writeAndFind!, {})).toEqual({
      inserted: ["own words"],
      patched: [],
      replaced: ["my own again"],
      deleted: [],
    });
  });

  it("[SE6] a subscription runs again for a document that matches, and for no other", async () => {
    const { http, add } = await start();
    const client = running!.connect();
    const seen: string[][] = [];
    const shown = (count: number) =>
      until<string[]>(
        (onValue) => client.onUpdate(notes.find!, { text: "hello wor", room: "a" }, onValue),
        (list) => list.length === count,
      );
    client.onUpdate(notes.find!, { text: "hello wor", room: "a" }, (list: string[]) => {
      seen.push(list);
    });
    await shown(0);
    const runs = () => running!.engine.counters().queryRuns;
    const before = runs();
    await add("a", ["goodbye", "shell", "war"]);
    await add("b", ["hello from elsewhere"]);
    expect(runs() - before).toBe(0);
    await add("a", ["hello"]);
    await shown(1);
    await http.mutation(notes.edit!, { from: "goodbye", to: "the whole world" });
    await shown(2);
    await http.mutation(notes.edit!, { from: "hello", to: null });
    await shown(1);
    expect(seen.at(-1)).toEqual(["the whole world"]);
    expect(runs() - before).toBe(3);
  });

  it("[SE7] everything is found after a restart, also by an index that is new then", async () => {
    await withFolder(async (dataDir) => {
      running = await startEngine({ functionsDir: NOTES_DIR, dataDir });
      const before = new ConvexHttpClient(running.url);
      for (const text of ["old news", "older news"]) {
        await before.mutation(notes.send!, { room: "a", text });
      }
      await running.stop();
      const first = await start(dataDir);
      expect(await first.find("news")).toEqual(["older news", "old news"]);
      await first.add("a", ["new news"]);
      await first.http.mutation(notes.edit!, { from: "old news", to: "history" });
      await running.stop();
      const second = await start(dataDir);
      expect(await second.find("news")).toEqual(["new news", "older news"]);
      expect(await second.find("hist")).toEqual(["history"]);
    });
  });
});

describe("bounds", () => {
  it("[SE8] pages go on where the one before ended, and a page that grew keeps its end", async () => {
    const { http, add } = await start();
    const texts = Array.from({ length: 25 }, (_, n) => `page ${n}`);
    await add("a", texts);
    type Page = { page: string[]; isDone: boolean; continueCursor: string };
    const page = (options: object) =>
      http.query(notes.page!, { text: "page", paginationOpts: { numItems: 10, ...options } });
    const found: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    for (let isDone = false; !isDone; pages++) {
      const next = (await page({ cursor })) as Page;
      found.push(...next.page);
      ({ isDone, continueCursor: cursor } = next);
    }
    expect(pages).toBe(3);
    expect(found).toEqual([...texts].reverse());
    const first = (await page({ cursor: null })) as Page;
    const again = (await page({ cursor: null, endCursor: first.continueCursor })) as Page;
    expect(again).toEqual(first);
    expect(await page({ cursor })).toMatchObject({ page: [], isDone: true });
    const other = { text: "pages", paginationOpts: { numItems: 10, cursor } };
    await expect(http.query(notes.page!, other)).rejects.toThrow(/InvalidCursor/);
  });

  it("[SE9] the best of 1,024 and more can be taken, all of them cannot", async () => {
    const { add, find } = await start();
    for (const room of ["a", "b"]) {
      await add(
        room,
        Array.from({ length: room === "a" ? 1_023 : 1 }, (_, n) => `word ${n}`),
      );
      if (room === "a") expect(await find("word")).toHaveLength(1_023);
    }
    expect(await find("word", { count: 3 })).toEqual(["word 0", "word 1022", "word 1021"]);
    expect(await find("word", { room: "b" })).toEqual(["word 0"]);
    await expect(find("word")).rejects.toThrow(
      "Search query scanned too many documents (fetched 1024). Consider using a smaller limit, paginating the query, or using a filter field to limit the number of documents pulled from the search index.",
    );
  });

  it.each([
    ["noSearch", "Search query against notes.by_text does not contain any search filters."],
    [
      "wrongField",
      'Search query against notes.by_text contains a search filter against "room", which doesn\'t match the indexed `searchField` "text".',
    ],
    [
      "wrongFilter",
      'Search query against notes.by_text contains an equality filter on "text" but that field isn\'t indexed for filtering in `filterFields`.',
    ],
    ["twice", 'contains multiple search filters against "text". Only one is allowed.'],
    ["notText", "Search query against notes.by_text searches for what is not a string."],
    ["manyFilters", "has too many filter conditions. Max: 8 Actual: 9"],
    ["noIndex", "Index notes.by_mood not found."],
    ["databaseIndex", "Index notes.by_room is not a search index"],
    ["asDatabaseIndex", "Index notes.by_text is not a database index"],
    ["staged", "Index notes.later is staged and cannot be queried yet."],
  ])("[SE10] %s is refused in a sentence", async (mistake, message) => {
    const { http } = await start();
    await expect(http.query(notes.wrong!, { mistake })).rejects.toThrow(message);
  });
});
