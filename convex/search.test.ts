import { afterEach, describe, expect, it, vi } from "vitest";
import { api, internal } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { type BackEnd, join, type Person, refusal, send, startWorld } from "./test.setup";

afterEach(() => {
  vi.useRealTimers();
});

const step = (person: Person, search: string, cursor: string | null = null) =>
  person.query(api.search.searchMessages, { search, cursor });

/** What a search over everything finds, all its steps together. */
async function find(person: Person, search: string): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const answer: Awaited<ReturnType<typeof step>> = await step(person, search, cursor);
    found.push(...answer.hits.map(({ excerpt }) => excerpt));
    cursor = answer.cursor;
  } while (cursor !== null);
  return found;
}

const findIn = async (person: Person, conversationId: string, search: string) =>
  (await person.query(api.search.searchConversation, { conversationId, search })).hits.map(
    ({ excerpt }) => excerpt,
  );

const edit = (person: Person, messageId: Id<"messages">, content: string) =>
  person.mutation(api.messages.editMessage, { messageId, content });
const remove = (person: Person, messageIds: Id<"messages">[]) =>
  person.mutation(api.messages.deleteMessages, { messageIds });

describe("searching all messages", () => {
  it("tells where a hit is", async () => {
    const { ada, bob, pair } = await startWorld();
    await send(ada, pair, "Something else");
    const messageId = await send(bob, pair, "Tea at noon?");
    const { hits, cursor } = await step(ada, "noon tea");
    const shown = await ada.query(api.messages.getMessage, { messageId });
    expect(hits).toEqual([
      {
        conversationId: pair,
        messageId,
        senderId: "bob",
        excerpt: "Tea at noon?",
        sentAt: shown.sentAt,
        seq: 2,
      },
    ]);
    expect(cursor).toBeNull();
    expect(await findIn(ada, pair, "noon tea")).toEqual(["Tea at noon?"]);
  });

  it.each([
    ["上海", "我家在上海东边"],
    ["上", "我家在上海东边"],
    ["cafe", "See you at the Café"],
    ["test", "I am testing"],
    ["とうきょう", "ﾄｳｷｮｳタワー"],
    ["한국", "대한국민"],
    ["שלום", "שָׁלוֹם לך"],
    ["احمد", "أَحْمَد هنا"],
    ["हिन्दी", "मुझे हिन्दी आती है"],
    ["ภาษา", "ฉันพูดภาษาไทยได้นิดหน่อย"],
    ["ΙΣΩΣ", "ίσως αύριο"],
    ["донаучн", "Донаучнофантастический"],
  ])("[B66] finds %s in %s", async (search, content) => {
    const { ada, bob, pair } = await startWorld();
    await send(ada, pair, content);
    await send(ada, pair, "Nothing of the kind");
    expect(await find(bob, search)).toEqual([content]);
    expect(await findIn(bob, pair, search)).toEqual([content]);
  });

  it("finds only what has every word, wherever it stands", async () => {
    const { ada, pair } = await startWorld();
    await send(ada, pair, "red apples");
    await send(ada, pair, "apples, but green ones");
    expect(await find(ada, "apple green")).toEqual(["apples, but green ones"]);
    expect(await find(ada, "green apple")).toEqual(["apples, but green ones"]);
    expect(await find(ada, "red green")).toEqual([]);
  });

  it("looks for nothing when nothing is asked, and refuses endless texts", async () => {
    const { ada, pair } = await startWorld();
    await send(ada, pair, "a ! x");
    for (const search of ["", "  ", "!", "a"]) {
      expect(await step(ada, search)).toEqual({ hits: [], cursor: null });
      expect(await findIn(ada, pair, search)).toEqual([]);
    }
    const refused = { code: "too_long", field: "search", max: 80 };
    expect(await refusal(step(ada, "x".repeat(81)))).toEqual(refused);
    expect(await refusal(findIn(ada, pair, "x".repeat(81)))).toEqual(refused);
  });

  it("begins from the top with a cursor that is not its own", async () => {
    const { ada, pair } = await startWorld();
    await send(ada, pair, "needle");
    for (const cursor of ["", "{", "null", "[]", '["a"]', "9".repeat(5_000)]) {
      expect((await step(ada, "needle", cursor)).hits).toHaveLength(1);
    }
  });

  it("shows long messages around what was found", async () => {
    const { ada, pair } = await startWorld();
    await send(ada, pair, `${"straw ".repeat(300)}needle ${"straw ".repeat(300)}`);
    const [excerpt] = await find(ada, "needle");
    expect(excerpt).toMatch(/^…straw .*needle straw/);
    expect(excerpt!.length).toBeLessThanOrEqual(160);
  });
});

describe("what a search must not find", () => {
  it("is what others say among themselves", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { ada, bob, cyd, eve, pair, group } = await startWorld();
    await send(ada, pair, "secret of the pair");
    vi.setSystemTime(Date.now() + 1_000);
    await send(ada, group, "secret of the group");
    expect(await find(bob, "secret")).toEqual(["secret of the group", "secret of the pair"]);
    expect(await find(cyd, "secret")).toEqual(["secret of the group"]);
    expect(await find(eve, "secret")).toEqual([]);
    const place = await step(ada, "secret");
    expect((await step(eve, "secret", place.cursor)).hits).toEqual([]);
  });

  it("is a group that one has left or was removed from, from that moment on", async () => {
    const { ada, bob, cyd, group } = await startWorld();
    await send(ada, group, "secret");
    expect(await find(cyd, "secret")).toEqual(["secret"]);
    await ada.mutation(api.groups.removeMember, { conversationId: group, userId: "cyd" });
    await bob.mutation(api.groups.leaveGroup, { conversationId: group });
    expect(await find(cyd, "secret")).toEqual([]);
    expect(await find(bob, "secret")).toEqual([]);
    expect(await refusal(findIn(cyd, group, "secret"))).toEqual({ code: "not_found" });
    await ada.mutation(api.groups.addMembers, { conversationId: group, userIds: ["cyd"] });
    expect(await find(cyd, "secret")).toEqual(["secret"]);
  });

  it("is what was deleted, and what stood there before an edit", async () => {
    const { ada, bob, pair } = await startWorld();
    const first = await send(ada, pair, "first needle");
    const second = await send(ada, pair, "second needle");
    await remove(ada, [first]);
    expect(await find(bob, "needle")).toEqual(["second needle"]);
    await edit(ada, second, "second thread");
    expect(await find(bob, "needle")).toEqual([]);
    expect(await find(bob, "thread")).toEqual(["second thread"]);
  });

  it("is what one has cleared away, while others still find it", async () => {
    const { ada, bob, pair } = await startWorld();
    await send(ada, pair, "old needle");
    await ada.mutation(api.conversations.clearConversation, { conversationId: pair });
    expect(await find(ada, "needle")).toEqual([]);
    expect(await findIn(ada, pair, "needle")).toEqual([]);
    expect(await find(bob, "needle")).toEqual(["old needle"]);
    await send(bob, pair, "new needle");
    expect(await find(ada, "needle")).toEqual(["new needle"]);
    expect(await findIn(ada, pair, "needle")).toEqual(["new needle"]);
  });

  it("is a line about the group", async () => {
    const { ada, group } = await startWorld();
    await ada.mutation(api.groups.renameGroup, { conversationId: group, groupName: "Needles" });
    expect(await find(ada, "needles")).toEqual([]);
  });
});

describe("a search through many conversations", () => {
  async function startMany(count: number) {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 10, 22, 12) });
    const { backEnd, ada } = await startWorld();
    const rooms: string[] = [];
    for (let n = 0; n < count; n++) {
      const other = `other${n}`;
      await join(backEnd, other);
      const participantIds = ["ada", other];
      rooms.push(await ada.mutation(api.conversations.getOrCreateConversation, { participantIds }));
      vi.setSystemTime(Date.now() + 1_000);
      await send(ada, rooms[n]!, `needle ${n}`);
    }
    return { ada, rooms };
  }

  it("looks through a few at a time, the newest first, and all in the end", async () => {
    const { ada } = await startMany(23);
    const newestFirst = Array.from({ length: 23 }, (_, n) => `needle ${22 - n}`);
    const first = await step(ada, "needle");
    expect(first.hits.map(({ excerpt }) => excerpt)).toEqual(newestFirst.slice(0, 10));
    expect(await find(ada, "needle")).toEqual(newestFirst);
    expect(await find(ada, "needle 3")).toEqual(["needle 3"]);
  });

  it("misses nothing of conversations that move up while it goes on", async () => {
    const { ada, rooms } = await startMany(14);
    const first = await step(ada, "needle");
    vi.setSystemTime(Date.now() + 1_000);
    await send(ada, rooms[2]!, "needle, moved up");
    await send(ada, rooms[13]!, "no match");
    const second = await step(ada, "needle", first.cursor);
    const found = [...first.hits, ...second.hits].map(({ excerpt }) => excerpt);
    const expected = Array.from({ length: 14 }, (_, n) => `needle ${n}`);
    expect([...new Set(found)].sort()).toEqual([...expected, "needle, moved up"].sort());
    expect(second.cursor).toBeNull();
  });
});

describe("a search in one conversation", () => {
  it("answers the newest first, and says when there may be more", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { ada, pair } = await startWorld();
    for (let n = 1; n <= 260; n++) {
      // Slowly enough for the pace that people may have.
      vi.setSystemTime(Date.now() + 20);
      await send(ada, pair, `needle ${n}`);
    }
    const all = await ada.query(api.search.searchConversation, {
      conversationId: pair,
      search: "needle",
    });
    expect(all.hits).toHaveLength(256);
    expect(all.isWhole).toBe(false);
    const seqs = all.hits.map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => b - a));
    expect(
      await ada.query(api.search.searchConversation, { conversationId: pair, search: "259" }),
    ).toMatchObject({ hits: [{ seq: 259 }], isWhole: true });
  });
});

describe("messages from before there was a search", () => {
  async function startOld(backEnd: BackEnd, count: number, ada: Person, pair: string) {
    for (let n = 0; n < count; n++) await send(ada, pair, `needle ${n}`);
    const deleted = await send(ada, pair, "needle deleted");
    await remove(ada, [deleted]);
    await backEnd.run(async (ctx) => {
      for (const { _id } of await ctx.db.query("messages").collect()) {
        await ctx.db.patch(_id, { searchText: undefined });
      }
    });
  }
  const textsOf = (backEnd: BackEnd) =>
    backEnd.run(async (ctx) =>
      (await ctx.db.query("messages").collect()).map(({ searchText }) => searchText ?? null),
    );

  it("become searchable step by step, once", async () => {
    vi.useFakeTimers();
    const { backEnd, ada, pair } = await startWorld();
    await startOld(backEnd, 150, ada, pair);
    await backEnd.mutation(internal.search.fill, {});
    const filled = (await textsOf(backEnd)).filter((text) => text !== null);
    expect(filled.length).toBeGreaterThan(0);
    expect(filled.length).toBeLessThan(100);
    await backEnd.finishAllScheduledFunctions(vi.runAllTimers);
    expect((await textsOf(backEnd)).filter((text) => text === null)).toEqual([]);
    expect(await findIn(ada, pair, "needle")).toHaveLength(150);
    const before = await backEnd.run((ctx) => ctx.db.query("searchFills").collect());
    await backEnd.mutation(internal.search.resumeFill, {});
    await backEnd.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await backEnd.run((ctx) => ctx.db.query("searchFills").collect())).toEqual(before);
    expect(before).toMatchObject([{ isDone: true }]);
  });

  it("are gone on with where it was broken off, by one walk at a time", async () => {
    vi.useFakeTimers();
    const { backEnd, ada, pair } = await startWorld();
    await startOld(backEnd, 5, ada, pair);
    const waiting = () =>
      backEnd.run(
        async (ctx) => (await ctx.db.system.query("_scheduled_functions").collect()).length,
      );
    const half = { version: 1, cursor: null, isDone: false, steppedAt: Date.now() };
    await backEnd.run((ctx) => ctx.db.insert("searchFills", half));
    await backEnd.mutation(internal.search.resumeFill, {});
    expect(await waiting()).toBe(0);
    vi.setSystemTime(Date.now() + 6 * 60_000);
    await backEnd.mutation(internal.search.resumeFill, {});
    expect(await waiting()).toBe(1);
    await backEnd.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await findIn(ada, pair, "needle")).toHaveLength(5);
  });

  it("are made anew when how it is done has changed", async () => {
    vi.useFakeTimers();
    const { backEnd, ada, pair } = await startWorld();
    await startOld(backEnd, 3, ada, pair);
    const former = { version: 0, cursor: null, isDone: true, steppedAt: Date.now() };
    await backEnd.run((ctx) => ctx.db.insert("searchFills", former));
    await backEnd.mutation(internal.search.resumeFill, {});
    await backEnd.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await findIn(ada, pair, "needle")).toHaveLength(3);
    expect(await backEnd.run((ctx) => ctx.db.query("searchFills").collect())).toMatchObject([
      { version: 1, isDone: true },
    ]);
  });
});
