import { describe, expect, it } from "vitest";
import { OUTBOX_ITEMS_MAX, Outbox, type OutboxItem, type OutboxStore } from "./outbox";

/** One browser: a store that tabs share, and the news among them. */
function openBrowser() {
  const rows = new Map<string, OutboxItem & { userId: string }>();
  const tabs = new Set<Outbox>();
  const store: OutboxStore = {
    load: async (userId) =>
      [...rows.values()]
        .filter((row) => row.userId === userId)
        .sort((a, b) => a.createdAt - b.createdAt)
        .map(({ userId: _, ...item }) => structuredClone(item)),
    put: async (userId, item) => void rows.set(item.clientMessageId, { ...item, userId }),
    remove: async (clientMessageId) => void rows.delete(clientMessageId),
  };
  /** What tabs have asked to be called back for. */
  const later: (() => void)[] = [];
  return {
    rows,
    async openTab(userId = "me") {
      const tab: Outbox = new Outbox(userId, {
        openStore: async () => store,
        announce: () => {
          for (const other of tabs) if (other !== tab) other.refresh();
        },
        wait: (_, callback) => later.push(callback),
      });
      tabs.add(tab);
      await settle(tab);
      return tab;
    },
    passTime() {
      for (const callback of later.splice(0)) callback();
    },
    /** The tab is gone, as in a crash: it takes part in nothing any more. */
    crash: (tab: Outbox) => tabs.delete(tab),
    settleAll: async () => {
      for (let round = 0; round < 3; round++) for (const tab of tabs) await settle(tab);
    },
  };
}

/** Waits until everything that was written has been stored. */
async function settle(tab: Outbox): Promise<void> {
  tab.refresh();
  for (let turns = 0; turns < 50; turns++) await Promise.resolve();
}

const message = (clientMessageId: string, createdAt: number, conversationId = "c") => ({
  clientMessageId,
  conversationId,
  content: `text of ${clientMessageId}`,
  createdAt,
});

const ids = (items: readonly OutboxItem[]) => items.map(({ clientMessageId }) => clientMessageId);

describe("Outbox", () => {
  it("keeps the order and gives the same array until something changes", async () => {
    const outbox = await openBrowser().openTab();
    outbox.add(message("a", 1));
    outbox.add(message("other", 2, "d"));
    outbox.add(message("b", 3));
    const before = outbox.of("c");
    expect(ids(before)).toEqual(["a", "b"]);
    expect(outbox.of("c")).toBe(before);
    outbox.setState("other", { kind: "sent" });
    expect(outbox.of("c")).toBe(before);
    outbox.remove("a");
    expect(ids(outbox.of("c"))).toEqual(["b"]);
  });

  it("keeps the order when the clock steps back, also over a reload", async () => {
    const browser = openBrowser();
    const outbox = await browser.openTab();
    outbox.add(message("a", 100));
    outbox.add(message("b", 5));
    await browser.settleAll();
    const reloaded = await browser.openTab();
    reloaded.add(message("c", 1));
    expect(ids(reloaded.waiting())).toEqual(["a", "b", "c"]);
  });

  it("survives a crash with texts, order and failures, for its own person only", async () => {
    const browser = openBrowser();
    const outbox = await browser.openTab();
    outbox.add(message("a", 1));
    outbox.add(message("b", 2));
    outbox.setState("a", { kind: "failed", reason: "Too long" });
    await browser.settleAll();
    browser.crash(outbox);
    const later = await browser.openTab();
    expect(later.of("c")).toEqual([
      { ...message("a", 1), state: { kind: "failed", reason: "Too long" } },
      { ...message("b", 2), state: { kind: "sending" } },
    ]);
    expect((await browser.openTab("somebody else")).waiting()).toEqual([]);
  });

  it("tells when a message outlives the page", async () => {
    const browser = openBrowser();
    const outbox = await browser.openTab();
    const kept = outbox.add(message("a", 1));
    expect(browser.rows.has("a")).toBe(false);
    await kept;
    expect(browser.rows.has("a")).toBe(true);
  });

  it("is one in all tabs: each sees what the others write, and what is done stays done", async () => {
    const browser = openBrowser();
    const one = await browser.openTab();
    const two = await browser.openTab();
    one.add(message("a", 1));
    two.add(message("b", 2));
    await browser.settleAll();
    expect([ids(one.waiting()), ids(two.waiting())]).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    // The first one leads, and brings both to the server.
    one.setState("a", { kind: "sent" });
    one.setState("b", { kind: "sent" });
    await browser.settleAll();
    expect([browser.rows.size, two.waiting(), two.unsentCount()]).toEqual([0, [], 0]);
    // The bubbles stay until the log shows the stored messages.
    expect(ids(two.of("c"))).toEqual(["a", "b"]);
    browser.passTime();
    expect([one.of("c"), two.of("c")]).toEqual([[], []]);
  });

  it("shows a failure in every tab, and retries it behind what waits", async () => {
    const browser = openBrowser();
    const one = await browser.openTab();
    const two = await browser.openTab();
    one.add(message("a", 1));
    one.setState("a", { kind: "failed", reason: "Too long" });
    await browser.settleAll();
    expect(two.find("a")?.state).toEqual({ kind: "failed", reason: "Too long" });
    two.add(message("b", 5));
    two.requeue("a", 3);
    await browser.settleAll();
    expect([ids(one.waiting()), ids(two.waiting())]).toEqual([
      ["b", "a"],
      ["b", "a"],
    ]);
  });

  it("loses nothing of what is written while another tab changes the store", async () => {
    const browser = openBrowser();
    const outbox = await browser.openTab();
    outbox.add(message("a", 1));
    outbox.refresh();
    outbox.add(message("b", 2));
    outbox.refresh();
    expect(ids(outbox.waiting())).toEqual(["a", "b"]);
    await browser.settleAll();
    expect(ids(outbox.waiting())).toEqual(["a", "b"]);
  });

  it("works without a store, and with one that fails", async () => {
    const broken: OutboxStore = {
      load: () => Promise.reject(new Error("broken")),
      put: () => Promise.reject(new Error("full")),
      remove: () => Promise.reject(new Error("broken")),
    };
    const stores = [
      () => Promise.resolve(null),
      () => Promise.resolve(broken),
      () => Promise.reject(new Error("forbidden")),
    ];
    for (const openStore of stores) {
      const outbox = new Outbox("me", { openStore, announce() {}, wait() {} });
      const kept = outbox.add(message("a", 1));
      await settle(outbox);
      await kept;
      expect([outbox.isLoaded, ids(outbox.waiting())]).toEqual([true, ["a"]]);
    }
  });

  it("takes no more than its limit, and nothing stays after signing out", async () => {
    const browser = openBrowser();
    const outbox = await browser.openTab();
    for (let index = 0; index < OUTBOX_ITEMS_MAX; index++) {
      expect(outbox.add(message(`m${index}`, index))).not.toBeNull();
    }
    expect(outbox.add(message("one too many", 0))).toBeNull();
    await outbox.clear();
    expect([outbox.unsentCount(), browser.rows.size]).toEqual([0, 0]);
  });
});
