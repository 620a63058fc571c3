import { describe, expect, it } from "vitest";
import { CHATS_MAX, type CopyStore, OfflineCache } from "./offline-cache";

function rig(stored: Record<string, unknown> = {}) {
  const rows = new Map(Object.entries(stored));
  const idle: (() => void)[] = [];
  const store: CopyStore = {
    load: async (key) => rows.get(key),
    keys: async () => [...rows.keys()],
    put: async (key, value) => void rows.set(key, value),
    remove: async (key) => void rows.delete(key),
  };
  return {
    rows,
    /** What the page does when it has nothing better to do, until nothing of it is left. */
    async rest() {
      for (const callback of idle.splice(0)) callback();
      await new Promise((resolve) => setImmediate(resolve));
    },
    open: (openStore: () => Promise<CopyStore> = async () => store) =>
      new OfflineCache({ openStore, whenIdle: (callback) => void idle.push(callback) }),
  };
}

describe("OfflineCache", () => {
  it("fetches what is asked for, and tells of it once", async () => {
    const cache = rig({ list: ["Bo"] }).open();
    let told = 0;
    cache.subscribe(() => told++);
    await Promise.all([cache.ask("list"), cache.ask("list"), cache.ask("nothing")]);
    expect([cache.find("list"), cache.find("nothing"), told]).toEqual([["Bo"], undefined, 1]);
  });

  it("writes the newest of each key, and only when the page is idle", async () => {
    const { rows, rest, open } = rig();
    const cache = open();
    await rest();
    cache.keep("list", 1);
    cache.keep("list", 2);
    expect([cache.find("list"), rows.size]).toEqual([2, 0]);
    await rest();
    cache.keep("list", 3);
    expect(rows.get("list")).toBe(2);
    await rest();
    expect(rows.get("list")).toBe(3);
  });

  it("never puts what the store has in the place of what is newer here", async () => {
    const cache = rig({ list: "old" }).open();
    const asked = cache.ask("list");
    cache.keep("list", "new");
    await asked;
    expect(cache.find("list")).toBe("new");
  });

  it("has every chat at hand after a while, and lets those seen longest ago go", async () => {
    const stored = Array.from({ length: CHATS_MAX }, (_, index) => [`chat:${index}`, index]);
    const { rows, rest, open } = rig(Object.fromEntries(stored));
    const cache = open();
    cache.keep("chat:new", "new");
    await rest();
    await rest();
    expect(cache.find("chat:0")).toBe(0);
    // The store names the most recently kept first, so its last one was seen longest ago.
    expect(cache.find(`chat:${CHATS_MAX - 1}`)).toBeUndefined();
    expect(rows.has(`chat:${CHATS_MAX - 1}`)).toBe(false);
    expect(rows.size).toBe(CHATS_MAX);
  });

  it("without a store, lasts as long as the page", async () => {
    const { rest, open } = rig();
    const cache = open(() => Promise.reject(new Error("forbidden")));
    await cache.ask("list");
    cache.keep("list", 1);
    await rest();
    expect(cache.find("list")).toBe(1);
  });

  it("holds and writes nothing of somebody who has left", async () => {
    const { rows, rest, open } = rig({ "chat:a": 1 });
    const cache = open();
    cache.keep("list", 1);
    cache.end();
    cache.keep("list", 2);
    await cache.ask("chat:a");
    await rest();
    expect([cache.find("list"), cache.find("chat:a"), rows.has("list")]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });
});
