import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import {
  conversationsOf,
  messagesOf,
  type Person,
  refusal,
  send,
  startWorld,
  wholePage,
} from "./test.setup";

const react = (person: Person, messageId: Id<"messages">, emoji: string) =>
  person.mutation(api.messages.toggleReaction, { messageId, emoji });
const edit = (person: Person, messageId: Id<"messages">, content: string) =>
  person.mutation(api.messages.editMessage, { messageId, content });
const remove = (person: Person, messageIds: Id<"messages">[]) =>
  person.mutation(api.messages.deleteMessages, { messageIds });

afterEach(() => {
  vi.useRealTimers();
});

describe("sendMessage", () => {
  it("stores the message verbatim, the same for both sides", async () => {
    const { ada, bob, pair } = await startWorld();
    const content = " <b>Hi</b>\n\u202eolleh 👩‍👩‍👧 ";
    const messageId = await send(ada, pair, content);
    const seen = await messagesOf(bob, pair);
    expect(seen).toEqual([
      {
        _id: messageId,
        senderId: "ada",
        content,
        sentAt: seen[0]?.sentAt,
        seq: 1,
        isDeleted: false,
        reactions: [],
      },
    ]);
    expect(await messagesOf(ada, pair)).toEqual(seen);
  });

  it("orders by the server's time, strictly, when the clock stands still or steps back", async () => {
    const now = Date.UTC(2026, 10, 22, 12);
    vi.useFakeTimers({ toFake: ["Date"], now });
    const { ada, bob, pair } = await startWorld();
    await send(ada, pair);
    await send(bob, pair);
    vi.setSystemTime(now - 3_600_000);
    await send(ada, pair);
    vi.setSystemTime(now + 1000);
    await send(ada, pair);
    const seen = await messagesOf(ada, pair);
    expect(seen.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(seen.map(({ sentAt }) => sentAt - now)).toEqual([1, 2, 3, 1000]);
  });

  it("stores the same clientMessageId of the same sender and conversation once", async () => {
    const { ada, bob, pair, group } = await startWorld();
    const sendAs = (person: Person, conversationId: string, content: string) =>
      person.mutation(api.messages.sendMessage, {
        conversationId,
        content,
        clientMessageId: "one",
      });
    const first = await sendAs(ada, pair, "First");
    expect(await sendAs(ada, pair, "Again")).toBe(first);
    expect(await Promise.all([sendAs(ada, pair, "A"), sendAs(ada, pair, "B")])).toEqual([
      first,
      first,
    ]);
    await sendAs(bob, pair, "Bob's");
    await sendAs(ada, group, "Elsewhere");
    const seen = (await messagesOf(bob, pair)).map(({ content, clientMessageId }) => ({
      content,
      clientMessageId,
    }));
    expect(seen).toEqual([
      { content: "First", clientMessageId: "one" },
      { content: "Bob's", clientMessageId: "one" },
    ]);
    expect(await messagesOf(bob, group)).toHaveLength(1);
    await remove(ada, [first]);
    expect(await sendAs(ada, pair, "Once more")).toBe(first);
    expect(await messagesOf(bob, pair)).toHaveLength(2);
  });

  it.each([
    ["blank", " \n\t", { code: "invalid", field: "content", reason: "blank" }],
    [
      "invisible",
      "\u200b\u2060\u3164\ufe0f",
      { code: "invalid", field: "content", reason: "blank" },
    ],
    ["empty", "", { code: "invalid", field: "content", reason: "blank" }],
    ["too long", "x".repeat(4001), { code: "too_long", field: "content", max: 4000 }],
    ["too long in units", "😀".repeat(2001), { code: "too_long", field: "content", max: 4000 }],
  ])("refuses %s content and writes nothing", async (_, content, expected) => {
    const { ada, pair } = await startWorld();
    const before = await conversationsOf(ada);
    expect(await refusal(send(ada, pair, content))).toEqual(expected);
    const messageId = await send(ada, pair, "😀".repeat(2000));
    expect(await refusal(edit(ada, messageId, content))).toEqual(expected);
    expect(await messagesOf(ada, pair)).toHaveLength(1);
    expect(before.every(({ lastSeq }) => lastSeq === 0)).toBe(true);
  });

  it("refuses a clientMessageId that is empty or too long", async () => {
    const { ada, pair } = await startWorld();
    const sendAs = (clientMessageId: string) =>
      ada.mutation(api.messages.sendMessage, {
        conversationId: pair,
        content: "Hi",
        clientMessageId,
      });
    await sendAs("x".repeat(64));
    expect(await refusal(sendAs("x".repeat(65)))).toMatchObject({ code: "too_long", max: 64 });
    expect(await refusal(sendAs(""))).toMatchObject({ code: "invalid", reason: "blank" });
    expect(await messagesOf(ada, pair)).toHaveLength(1);
  });

  it("writes no row of any other member", async () => {
    const { backEnd, ada, group } = await startWorld();
    const others = async () =>
      await backEnd.run(async (ctx) => {
        const tables = ["memberships", "readMarks", "readProgress", "users"] as const;
        const all = await Promise.all(tables.map((table) => ctx.db.query(table).collect()));
        return all.map((rows) =>
          rows.filter((row) => !("userId" in row && "seenSeq" in row && row.userId === "ada")),
        );
      });
    const before = await others();
    await send(ada, group);
    expect(await others()).toEqual(before);
  });
});

describe("getMessages", () => {
  it("pages from the newest to the oldest", async () => {
    const { ada, pair } = await startWorld();
    for (let index = 1; index <= 5; index += 1) await send(ada, pair, `${index}`);
    const page = (cursor: string | null) =>
      ada.query(api.messages.getMessages, {
        conversationId: pair,
        paginationOpts: { numItems: 2, cursor },
      });
    const contents: string[] = [];
    let found = await page(null);
    while (contents.push(...found.page.map(({ content }) => content)) < 5) {
      expect(found.isDone).toBe(false);
      found = await page(found.continueCursor);
    }
    expect(contents).toEqual(["5", "4", "3", "2", "1"]);
  });

  it("honours pages of up to 100", async () => {
    const { ada, pair } = await startWorld();
    for (let index = 0; index < 101; index += 1) await send(ada, pair);
    const sizes = await Promise.all(
      [100, 1e6, 0].map(async (numItems) => {
        const paginationOpts = { numItems, cursor: null };
        const args = { conversationId: pair, paginationOpts };
        return (await ada.query(api.messages.getMessages, args)).page.length;
      }),
    );
    expect(sizes).toEqual([100, 100, 1]);
  });
});

describe("toggleReaction", () => {
  it("adds a reaction and takes it back, for each person and emoji apart", async () => {
    const { ada, bob, pair } = await startWorld();
    const messageId = await send(ada, pair);
    await react(bob, messageId, "👍");
    await react(ada, messageId, "👍");
    await react(bob, messageId, "❤️");
    await react(bob, messageId, "👍");
    const [seen] = await messagesOf(ada, pair);
    expect(seen?.reactions).toEqual([
      { emoji: "👍", userId: "ada" },
      { emoji: "❤️", userId: "bob" },
    ]);
  });

  it.each(["", "x", "1", "👍👍", "👍 ", "<b>", "\u200d", "👍".repeat(20)])(
    "refuses %j",
    async (emoji) => {
      const { ada, pair } = await startWorld();
      const messageId = await send(ada, pair);
      expect(await refusal(react(ada, messageId, emoji))).toEqual({
        code: "invalid",
        field: "emoji",
        reason: "malformed",
      });
    },
  );

  it("takes 20 different emoji on one message and refuses the next", async () => {
    const { ada, bob, pair } = await startWorld();
    const messageId = await send(ada, pair);
    for (let index = 0; index < 20; index += 1) {
      await react(ada, messageId, String.fromCodePoint(0x1f600 + index));
    }
    expect(await refusal(react(ada, messageId, "🎉"))).toEqual({
      code: "too_many",
      field: "emoji",
      max: 20,
    });
    await react(bob, messageId, "😀");
    const [seen] = await messagesOf(ada, pair);
    expect(seen?.reactions).toHaveLength(21);
  });
});

describe("editMessage", () => {
  it("replaces the content everywhere and says when", async () => {
    const { ada, bob, pair } = await startWorld();
    const messageId = await send(ada, pair, "Teh tea");
    await edit(ada, messageId, "The tea");
    const [seen] = await messagesOf(bob, pair);
    expect(seen?.content).toBe("The tea");
    expect(seen?.editedAt).toBeGreaterThanOrEqual(seen?.sentAt ?? Number.POSITIVE_INFINITY);
    const [listed] = await conversationsOf(bob);
    expect(listed?.lastMessage?.content).toBe("The tea");
  });

  it("leaves the preview alone when an older message is edited, and an unchanged message unedited", async () => {
    const { ada, bob, pair } = await startWorld();
    const older = await send(ada, pair, "Older");
    const newer = await send(ada, pair, "Newer");
    await edit(ada, older, "Changed");
    await edit(ada, newer, "Newer");
    const seen = await messagesOf(bob, pair);
    expect(seen.map((message) => [message.content, message.editedAt !== undefined])).toEqual([
      ["Changed", true],
      ["Newer", false],
    ]);
    expect((await conversationsOf(bob))[0]?.lastMessage?.content).toBe("Newer");
  });

  it("is for one's own messages that are still there", async () => {
    const { ada, bob, pair } = await startWorld();
    const messageId = await send(ada, pair, "Mine");
    expect(await refusal(edit(bob, messageId, "Yours"))).toEqual({ code: "forbidden" });
    await remove(ada, [messageId]);
    const deleted = { code: "invalid", field: "messageId", reason: "deleted" };
    expect(await refusal(edit(ada, messageId, "Back"))).toEqual(deleted);
    expect(await refusal(react(bob, messageId, "👍"))).toEqual(deleted);
    expect((await messagesOf(bob, pair))[0]?.content).toBe("");
  });
});

describe("deleteMessages", () => {
  it("leaves nothing of the content anywhere, not even stored", async () => {
    const { backEnd, ada, bob, pair } = await startWorld();
    const kept = await send(ada, pair, "Kept");
    const gone = await send(ada, pair, "Swordfish");
    await react(bob, gone, "👍");
    await remove(ada, [gone, gone]);
    await remove(ada, [gone]);
    const seen = await messagesOf(bob, pair);
    expect(seen.map(({ _id, content, isDeleted }) => ({ _id, content, isDeleted }))).toEqual([
      { _id: kept, content: "Kept", isDeleted: false },
      { _id: gone, content: "", isDeleted: true },
    ]);
    expect(seen[1]?.reactions).toEqual([]);
    expect((await conversationsOf(bob))[0]?.lastMessage).toMatchObject({
      messageId: gone,
      content: "",
      isDeleted: true,
    });
    const stored = await backEnd.run(async (ctx) => [
      await ctx.db.query("messages").collect(),
      await ctx.db.query("conversationHeads").collect(),
      await ctx.db.query("deletedMessages").collect(),
    ]);
    expect(JSON.stringify(stored)).not.toContain("Swordfish");
    expect(stored[2]).toHaveLength(1);
  });

  it("deletes all or nothing, and somebody else's only for the owner of a group", async () => {
    const { ada, bob, cyd, group, pair } = await startWorld();
    const bobs = await send(bob, group, "Bob's");
    const cyds = await send(cyd, group, "Cyd's");
    expect(await refusal(remove(bob, [bobs, cyds]))).toEqual({ code: "forbidden" });
    expect((await messagesOf(ada, group)).map(({ content }) => content)).toEqual([
      "Bob's",
      "Cyd's",
    ]);
    await remove(ada, [bobs, cyds]);
    expect((await messagesOf(ada, group)).map(({ content }) => content)).toEqual(["", ""]);
    const private_ = await send(bob, pair, "Bob's");
    expect(await refusal(remove(ada, [private_]))).toEqual({ code: "forbidden" });
  });

  it("takes 100 messages at once and refuses 101", async () => {
    const { ada, pair } = await startWorld();
    const ids: Id<"messages">[] = [];
    for (let index = 0; index < 101; index += 1) ids.push(await send(ada, pair));
    expect(await refusal(remove(ada, ids))).toEqual({
      code: "too_many",
      field: "messageIds",
      max: 100,
    });
    await remove(ada, ids.slice(1));
    const { page } = await ada.query(api.messages.getMessages, {
      conversationId: pair,
      paginationOpts: wholePage,
    });
    expect(page.every(({ isDeleted }) => isDeleted)).toBe(true);
    expect(await remove(ada, [])).toBeNull();
  });
});

describe("getMessage", () => {
  it("says what the message is and where", async () => {
    const { ada, bob, pair } = await startWorld();
    const messageId = await send(ada, pair, "Here");
    const [listed] = await messagesOf(bob, pair);
    expect(await bob.query(api.messages.getMessage, { messageId })).toEqual({
      ...listed,
      conversationId: pair,
    });
  });
});

describe("getMessagesBetween", () => {
  const stretch = (
    person: Person,
    conversationId: string,
    asked: { after?: number; before?: number; from: "after" | "before"; numItems: number },
  ) => person.query(api.messages.getMessagesBetween, { conversationId, ...asked });

  async function startLong(count: number) {
    const world = await startWorld();
    for (let index = 1; index <= count; index += 1) await send(world.ada, world.group, `${index}`);
    await send(world.ada, world.pair, "Elsewhere");
    return { ...world, all: await messagesOf(world.bob, world.group) };
  }

  it("walks in either direction from any message, without gaps and nothing twice", async () => {
    const { bob, group, all } = await startLong(25);
    const middle = all[11]!;
    const older: typeof all = [];
    for (let before = middle.sentAt; ; before = older[0]!.sentAt) {
      const found = await stretch(bob, group, { before, from: "before", numItems: 4 });
      older.unshift(...found);
      if (found.length < 4) break;
    }
    const newer: typeof all = [];
    for (let after = middle.sentAt; ; after = newer[newer.length - 1]!.sentAt) {
      const found = await stretch(bob, group, { after, from: "after", numItems: 4 });
      newer.push(...found);
      if (found.length < 4) break;
    }
    expect([...older, middle, ...newer]).toEqual(all);
  });

  it("stays between two messages, from whichever end it is asked to start", async () => {
    const { bob, group, all } = await startLong(9);
    const bounds = { after: all[1]!.sentAt, before: all[7]!.sentAt };
    const near = (from: "after" | "before", numItems: number) =>
      stretch(bob, group, { ...bounds, from, numItems });
    expect(await near("after", 100)).toEqual(all.slice(2, 7));
    expect(await near("before", 100)).toEqual(all.slice(2, 7));
    expect(await near("after", 2)).toEqual(all.slice(2, 4));
    expect(await near("before", 2)).toEqual(all.slice(5, 7));
    expect(
      await stretch(bob, group, { after: all[8]!.sentAt, from: "after", numItems: 5 }),
    ).toEqual([]);
  });

  it("never gives more than 100, nor fewer than one", async () => {
    const { bob, group, all } = await startLong(101);
    const count = async (numItems: number) =>
      (await stretch(bob, group, { from: "before", numItems })).length;
    expect([await count(1_000), await count(0), await count(Number.NaN)]).toEqual([100, 1, 1]);
    expect(all).toHaveLength(100);
  });
});
