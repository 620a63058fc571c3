import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "./_generated/api";
import type { Id } from "./_generated/dataModel";
import { conversationsOf, messagesOf, type Person, refusal, send, startWorld } from "./test.setup";

const read = (person: Person, messageId: Id<"messages">) =>
  person.mutation(api.messages.markMessageAsRead, { messageId });
const readAll = (person: Person, conversationIds: string[]) =>
  person.mutation(api.messages.markConversationsAsRead, { conversationIds });
const marksOf = (person: Person, conversationId: string) =>
  person.query(api.conversations.getReadMarks, { conversationId });
const readersOf = async (person: Person, messageId: Id<"messages">) =>
  (await person.query(api.messages.getReadBy, { messageId })).readBy;
const remove = (person: Person, messageIds: Id<"messages">[]) =>
  person.mutation(api.messages.deleteMessages, { messageIds });

async function unreadOf(person: Person, conversationId: string): Promise<number> {
  const counts = await person.query(api.conversations.getUnreadCounts, {});
  const listed = (await conversationsOf(person)).find(
    (row) => row.conversationId === conversationId,
  );
  const counted = counts.find((row) => row.conversationId === conversationId)?.unreadCount ?? 0;
  expect(listed?.unreadCount).toBe(counted);
  return counted;
}

afterEach(() => {
  vi.useRealTimers();
});

describe("read marks", () => {
  it("move forward to the message read, never back, and not by sending", async () => {
    const { ada, bob, pair } = await startWorld();
    const [first, second] = [await send(ada, pair), await send(ada, pair)];
    const [, sent] = await messagesOf(ada, pair);
    const unread = { lastReadSeq: 0, lastReadAt: 0 };
    await send(bob, pair);
    expect(await marksOf(ada, pair)).toEqual([
      { userId: "ada", ...unread },
      { userId: "bob", ...unread },
    ]);
    await read(bob, second);
    const after = [
      { userId: "ada", ...unread },
      { userId: "bob", lastReadSeq: 2, lastReadAt: sent?.sentAt },
    ];
    expect(await marksOf(ada, pair)).toEqual(after);
    await read(bob, first);
    expect(await marksOf(ada, pair)).toEqual(after);
  });

  it("say by time what they say by number, for every message", async () => {
    const { ada, bob, pair } = await startWorld();
    for (let index = 0; index < 4; index += 1) await send(ada, pair);
    const messages = await messagesOf(ada, pair);
    await read(bob, messages[1]!._id);
    const mark = (await marksOf(ada, pair)).find(({ userId }) => userId === "bob");
    const byTime = messages.map(({ sentAt }) => sentAt <= mark!.lastReadAt);
    expect(byTime).toEqual([true, true, false, false]);
    expect(messages.map(({ seq }) => seq <= mark!.lastReadSeq)).toEqual(byTime);
  });

  it("move in bulk to the newest message, all or none", async () => {
    const { ada, bob, eve, pair, group } = await startWorld();
    await send(ada, pair);
    await send(ada, group);
    await send(ada, group);
    const strange = await eve.mutation(api.conversations.createGroup, {
      groupName: "Hers",
      participantIds: ["cyd"],
    });
    expect(await refusal(readAll(bob, [pair, strange]))).toEqual({ code: "not_found" });
    expect(await bob.query(api.conversations.getUnreadCounts, {})).toEqual([
      { conversationId: group, unreadCount: 2 },
      { conversationId: pair, unreadCount: 1 },
    ]);
    await readAll(bob, [pair, group, pair]);
    expect(await bob.query(api.conversations.getUnreadCounts, {})).toEqual([]);
    expect(await marksOf(ada, group)).toContainEqual({
      userId: "bob",
      lastReadSeq: 2,
      lastReadAt: (await messagesOf(ada, group))[1]?.sentAt,
    });
    const many = Array.from({ length: 101 }, (_, index) => `c${index}`);
    expect(await refusal(readAll(bob, many))).toEqual({
      code: "too_many",
      field: "conversationIds",
      max: 100,
    });
  });

  it("of an empty conversation stay where they are", async () => {
    const { bob, pair } = await startWorld();
    const before = await marksOf(bob, pair);
    await readAll(bob, [pair]);
    expect(await marksOf(bob, pair)).toEqual(before);
  });
});

describe("getReadBy", () => {
  it("lists the author at once and every reader from when they read", async () => {
    const now = Date.UTC(2026, 10, 22, 12);
    vi.useFakeTimers({ toFake: ["Date"], now });
    const { ada, bob, cyd, group } = await startWorld();
    vi.setSystemTime(now + 1000);
    const first = await send(ada, group);
    const second = await send(ada, group);
    const author = { userId: "ada", readAt: now + 1000 };
    expect(await readersOf(bob, first)).toEqual([author]);
    vi.setSystemTime(now + 5000);
    await read(cyd, first);
    vi.setSystemTime(now + 9000);
    await read(bob, second);
    await read(cyd, second);
    expect(await readersOf(ada, first)).toEqual([
      author,
      { userId: "cyd", readAt: now + 5000 },
      { userId: "bob", readAt: now + 9000 },
    ]);
    expect((await readersOf(ada, second)).slice(1)).toEqual([
      { userId: "bob", readAt: now + 9000 },
      { userId: "cyd", readAt: now + 9000 },
    ]);
  });

  it("still knows who has read a message long ago, by the earliest time it remembers", async () => {
    const { ada, bob, pair } = await startWorld();
    const first = await send(ada, pair);
    await read(bob, first);
    for (let index = 0; index < 20; index += 1) await read(bob, await send(ada, pair));
    expect((await readersOf(ada, first)).map(({ userId }) => userId)).toEqual(["ada", "bob"]);
  });
});

describe("unread counts", () => {
  it("count what others sent since, without what has been deleted", async () => {
    const { ada, bob, pair } = await startWorld();
    const first = await send(ada, pair);
    const second = await send(ada, pair);
    await send(ada, pair);
    expect(await unreadOf(bob, pair)).toBe(3);
    expect(await unreadOf(ada, pair)).toBe(0);
    await read(bob, first);
    expect(await unreadOf(bob, pair)).toBe(2);
    await remove(ada, [first, second]);
    expect(await unreadOf(bob, pair)).toBe(1);
    await send(bob, pair);
    expect(await unreadOf(bob, pair)).toBe(0);
    expect(await unreadOf(ada, pair)).toBe(1);
  });

  it("do not start again when an older message is read after sending", async () => {
    const { ada, bob, pair } = await startWorld();
    const first = await send(ada, pair);
    await send(ada, pair);
    await send(bob, pair);
    await read(bob, first);
    expect(await unreadOf(bob, pair)).toBe(0);
    expect((await marksOf(ada, pair)).find(({ userId }) => userId === "bob")?.lastReadSeq).toBe(1);
  });

  it("stay exact below 100 when more have been deleted than are counted one by one", async () => {
    const { backEnd, ada, bob, pair } = await startWorld();
    const ids: Id<"messages">[] = [];
    for (let index = 0; index < 3; index += 1) ids.push(await send(ada, pair));
    // Five hundred deletions, written as `eraseMessage` writes them.
    await backEnd.run(async (ctx) => {
      const head = (await ctx.db.query("conversationHeads").collect()).find(
        ({ conversationId }) => conversationId === pair,
      );
      const { lastMessageAt, lastSeq } = head!;
      for (let index = 1; index <= 500; index += 1) {
        const seq = lastSeq + index;
        await ctx.db.insert("deletedMessages", { conversationId: pair, seq });
        await ctx.db.insert("messages", {
          conversationId: pair,
          senderId: "ada",
          content: "",
          sentAt: lastMessageAt + index,
          seq,
          isDeleted: true,
          reactions: [],
        });
      }
      await ctx.db.patch(head!._id, {
        lastSeq: lastSeq + 500,
        lastMessageAt: lastMessageAt + 500,
        lastDeletedSeq: lastSeq + 500,
      });
    });
    expect(await unreadOf(bob, pair)).toBe(3);
    await read(bob, ids[0]!);
    await send(ada, pair);
    expect(await unreadOf(bob, pair)).toBe(3);
  });

  it("count what is deleted also where the head does not know of any deletion yet", async () => {
    const { backEnd, ada, bob, pair } = await startWorld();
    const first = await send(ada, pair);
    await send(ada, pair);
    await backEnd.run(async (ctx) => {
      for (const head of await ctx.db.query("conversationHeads").collect()) {
        await ctx.db.patch(head._id, { lastDeletedSeq: undefined });
      }
    });
    await ada.mutation(api.messages.deleteMessages, { messageIds: [first] });
    expect(await unreadOf(bob, pair)).toBe(1);
  });

  it("agree with a naive model over any interleaving of sending, reading and deleting", async () => {
    const people = ["ada", "bob", "cyd"] as const;
    const step = fc.record({
      actor: fc.constantFrom(...people),
      action: fc.constantFrom("send", "send", "read", "readAll", "delete"),
      pick: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40, size: "max" }),
        async (steps) => {
          const world = await startWorld();
          const { group } = world;
          const model: { id: Id<"messages">; senderId: string; isDeleted: boolean }[] = [];
          const seen = { ada: 0, bob: 0, cyd: 0 };
          const marks = { ada: 0, bob: 0, cyd: 0 };
          for (const { actor, action, pick } of steps) {
            const person = world[actor];
            const index = model.length === 0 ? -1 : pick % model.length;
            const message = model[index];
            if (action === "send") {
              model.push({ id: await send(person, group), senderId: actor, isDeleted: false });
              seen[actor] = model.length;
            } else if (action === "readAll") {
              await readAll(person, [group]);
              marks[actor] = model.length;
              seen[actor] = model.length;
            } else if (message && action === "read") {
              await read(person, message.id);
              marks[actor] = Math.max(marks[actor], index + 1);
              seen[actor] = Math.max(seen[actor], index + 1);
            } else if (message && action === "delete") {
              if (actor === "ada" || message.senderId === actor) {
                await remove(person, [message.id]);
                message.isDeleted = true;
              } else {
                expect(await refusal(remove(person, [message.id]))).toEqual({ code: "forbidden" });
              }
            }
          }
          for (const userId of people) {
            const unread = model.slice(seen[userId]).filter(({ isDeleted }) => !isDeleted);
            expect(unread.every(({ senderId }) => senderId !== userId)).toBe(true);
            expect(await unreadOf(world[userId], group)).toBe(unread.length);
          }
          const stored = await marksOf(world.ada, group);
          expect(stored.map(({ userId, lastReadSeq }) => [userId, lastReadSeq])).toEqual(
            people.map((userId) => [userId, marks[userId]]),
          );
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});
