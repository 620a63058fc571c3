import { describe, expect, it } from "vitest";
import { type KeyValueStorage, OUTBOX_ITEMS_MAX, Outbox, type OutboxItem } from "./outbox";

class MemoryStorage implements KeyValueStorage {
  readonly map = new Map<string, string>();
  get length() {
    return this.map.size;
  }
  key(index: number) {
    return [...this.map.keys()][index] ?? null;
  }
  getItem(key: string) {
    return this.map.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    this.map.set(key, value);
  }
  removeItem(key: string) {
    this.map.delete(key);
  }
}

const item = (clientMessageId: string, createdAt: number, conversationId = "c"): OutboxItem => ({
  clientMessageId,
  conversationId,
  content: `text of ${clientMessageId}`,
  createdAt,
  state: { kind: "sending" },
});

const ids = (items: readonly OutboxItem[]) => items.map(({ clientMessageId }) => clientMessageId);

describe("Outbox", () => {
  it("keeps the order and gives the same array until something changes", () => {
    const outbox = new Outbox("me", new MemoryStorage());
    outbox.add(item("a", 1));
    outbox.add(item("other", 2, "d"));
    outbox.add(item("b", 3));
    const before = outbox.of("c");
    expect(ids(before)).toEqual(["a", "b"]);
    expect(outbox.of("c")).toBe(before);
    outbox.setState("other", { kind: "sent" });
    expect(outbox.of("c")).toBe(before);
    outbox.remove("a");
    expect(ids(outbox.of("c"))).toEqual(["b"]);
  });

  it("survives a reload with texts, order and failures, for its own person only", () => {
    const storage = new MemoryStorage();
    const outbox = new Outbox("me", storage);
    outbox.add(item("late", 20));
    outbox.add(item("early", 10));
    outbox.add(item("done", 5));
    outbox.setState("early", { kind: "failed", reason: "No." });
    outbox.setState("done", { kind: "sent" });
    const reloaded = new Outbox("me", storage);
    expect(reloaded.of("c")).toEqual([
      { ...item("early", 10), state: { kind: "failed", reason: "No." } },
      item("late", 20),
    ]);
    expect(ids(reloaded.waiting())).toEqual(["late"]);
    expect(new Outbox("you", storage).of("c")).toEqual([]);
  });

  it("a retry goes behind what is waiting and keeps its name and text", () => {
    const outbox = new Outbox("me", null);
    outbox.add(item("a", 1));
    outbox.setState("a", { kind: "failed", reason: "No." });
    outbox.add(item("b", 2));
    outbox.requeue("a", 9);
    expect(outbox.of("c")).toEqual([item("b", 2), { ...item("a", 9) }]);
  });

  it("tells its listeners, and no longer those that left", () => {
    const outbox = new Outbox("me", null);
    let told = 0;
    const stop = outbox.subscribe(() => {
      told++;
    });
    outbox.add(item("a", 1));
    outbox.setState("unknown", { kind: "sent" });
    stop();
    outbox.remove("a");
    expect(told).toBe(1);
  });

  it("ignores whatever else stands in the storage", () => {
    const storage = new MemoryStorage();
    storage.setItem("parley:outbox:me:x", "{not json");
    storage.setItem("parley:outbox:me:y", JSON.stringify({ clientMessageId: "y" }));
    storage.setItem("parley:outbox:me:z", JSON.stringify(item("under another key", 1)));
    storage.setItem("parley:outbox:me:n", "null");
    expect(new Outbox("me", storage).waiting()).toEqual([]);
  });

  it("works without a storage that may be written, and refuses more than it holds", () => {
    const full = new MemoryStorage();
    full.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    const outbox = new Outbox("me", full);
    for (let index = 0; index < OUTBOX_ITEMS_MAX; index++) outbox.add(item(`i${index}`, index));
    expect(outbox.add(item("one more", 1e6))).toBe(false);
    expect(outbox.of("c")).toHaveLength(OUTBOX_ITEMS_MAX);
  });
});
