import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, internal } from "./_generated/api";
import { type Person, send, startWorld } from "./test.setup";

const start = Date.UTC(2026, 10, 22, 12);

describe("typing", () => {
  let world: Awaited<ReturnType<typeof startWorld>>;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    world = await startWorld();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const type = (person: Person, conversationId: string) =>
    person.mutation(api.typingStates.setTypingState, { conversationId });
  const stop = (person: Person, conversationId: string) =>
    person.mutation(api.typingStates.clearTypingState, { conversationId });
  const seenBy = (person: Person, conversationId: string) =>
    person.query(api.typingStates.getTypingState, { conversationId });

  it("is seen by the others, latest first, never by oneself", async () => {
    const { ada, bob, cyd, group, pair } = world;
    await type(bob, group);
    vi.setSystemTime(start + 400);
    await type(cyd, group);
    expect(await seenBy(ada, group)).toEqual([
      { userId: "cyd", name: "Cyd", lastTypingAt: start + 400 },
      { userId: "bob", name: "Bob", lastTypingAt: start },
    ]);
    expect(await seenBy(bob, group)).toEqual([
      { userId: "cyd", name: "Cyd", lastTypingAt: start + 400 },
    ]);
    expect(await seenBy(ada, pair)).toEqual([]);
  });

  it("moves on with every call but those right after one another", async () => {
    const { ada, bob, pair } = world;
    await type(bob, pair);
    vi.setSystemTime(start + 249);
    await type(bob, pair);
    expect(await seenBy(ada, pair)).toEqual([{ userId: "bob", name: "Bob", lastTypingAt: start }]);
    vi.setSystemTime(start + 300);
    await type(bob, pair);
    expect(await seenBy(ada, pair)).toEqual([
      { userId: "bob", name: "Bob", lastTypingAt: start + 300 },
    ]);
  });

  it("ends by clearing, by sending, and not by somebody else's sending", async () => {
    const { ada, bob, pair } = world;
    await type(bob, pair);
    await stop(bob, pair);
    await stop(bob, pair);
    expect(await seenBy(ada, pair)).toEqual([]);
    await type(bob, pair);
    await send(ada, pair);
    expect(await seenBy(ada, pair)).toHaveLength(1);
    await send(bob, pair);
    expect(await seenBy(ada, pair)).toEqual([]);
  });

  it("is swept when no screen shows it any more", async () => {
    const { backEnd, bob, cyd, group } = world;
    await type(bob, group);
    vi.setSystemTime(start + 60_001);
    await type(cyd, group);
    await backEnd.mutation(internal.typingStates.sweep, {});
    const left = await backEnd.run(async (ctx) => ctx.db.query("typingStates").collect());
    expect(left.map(({ userId }) => userId)).toEqual(["cyd"]);
  });

  it("does not show a row that was never cleared beside a fresh one", async () => {
    const { ada, bob, cyd, group } = world;
    await type(bob, group);
    vi.setSystemTime(start + 60_000);
    await type(cyd, group);
    expect((await seenBy(ada, group)).map(({ userId }) => userId)).toEqual(["cyd"]);
  });
});
