import type { QuotedMessage } from "./quoted-message";

export type OutboxState =
  /** Handed to the server, or waiting for a connection. */
  | { kind: "sending" }
  /** The server has it; it stays until the log shows the stored message instead. */
  | { kind: "sent" }
  /** The server refused it; `reason` is a sentence for its author. */
  | { kind: "failed"; reason: string };

export type OutboxItem = {
  /** Names the message for good: a retry, another tab or a reload sends it under the same name, once. */
  clientMessageId: string;
  conversationId: string;
  content: string;
  /** What it answers. */
  replyTo?: QuotedMessage | undefined;
  /** Orders the items of one person, over all their tabs. */
  createdAt: number;
  state: OutboxState;
};

/** Where items outlive the page. All tabs of one browser share it; nobody else does. */
export type OutboxStore = {
  /** What one person has waiting, in order. */
  load: (userId: string) => Promise<OutboxItem[]>;
  put: (userId: string, item: OutboxItem) => Promise<void>;
  remove: (clientMessageId: string) => Promise<void>;
};

export type OutboxPorts = {
  /** `null`: there is no place that outlives the page; then the page itself must do. */
  openStore: () => Promise<OutboxStore | null>;
  /** Tells the other tabs that the store has changed. */
  announce: () => void;
  /** Calls back later. */
  wait: (ms: number, callback: () => void) => void;
};

const NOTHING: readonly OutboxItem[] = [];
/** As many as wait at most; more would fill the storage and nobody writes that many unseen. */
export const OUTBOX_ITEMS_MAX = 500;
/** A sent message that no log shows is forgotten after this; its conversation is not open. */
const FORGET_SENT_AFTER_MS = 5_000;

/**
 * What one person has written and the server does not have yet, in the order in which it was written.
 *
 * What is here is seen at once; the store follows, one write after another, so that a reload, a crash
 * or another tab finds the same. It is not a copy of anything that the server has: what is stored there
 * leaves here. Without a store nothing is lost as long as the page lives.
 */
export class Outbox {
  private items: readonly OutboxItem[] = [];
  private readonly byConversation = new Map<string, readonly OutboxItem[]>();
  private readonly listeners = new Set<() => void>();
  /** Written here, but not in the store yet: another tab cannot know of them. */
  private readonly unstored = new Set<string>();
  private changes = 0;
  private lastCreatedAt = 0;
  private readonly store: Promise<OutboxStore | null>;
  private writes: Promise<void>;
  private isOpen = false;

  constructor(
    private readonly userId: string,
    private readonly ports: OutboxPorts,
  ) {
    this.store = ports.openStore().catch(() => null);
    this.writes = this.store.then((store) => this.readStored(store));
    this.writes.then(() => {
      this.isOpen = true;
      this.changed();
    });
  }

  /** Whether what an earlier page left is in; only then is the order of everything known. */
  get isLoaded(): boolean {
    return this.isOpen;
  }

  /** What is waiting in one conversation; the same array until something changes. */
  of(conversationId: string): readonly OutboxItem[] {
    const known = this.byConversation.get(conversationId);
    if (known) return known;
    const own = this.items.filter((item) => item.conversationId === conversationId);
    const answer = own.length === 0 ? NOTHING : own;
    this.byConversation.set(conversationId, answer);
    return answer;
  }

  /** Everything that still has to reach the server, in order. */
  waiting(): readonly OutboxItem[] {
    return this.items.filter((item) => item.state.kind === "sending");
  }

  /** How many messages would be lost with this outbox. */
  unsentCount(): number {
    return this.items.filter((item) => item.state.kind !== "sent").length;
  }

  find(clientMessageId: string): OutboxItem | undefined {
    return this.items.find((item) => item.clientMessageId === clientMessageId);
  }

  /**
   * Takes a message, behind all others.
   *
   * @returns `null` when too much is waiting already, and the caller keeps the text; else a promise
   * that settles when the message outlives the page, or it is sure that nothing can.
   */
  add(item: Omit<OutboxItem, "state">): Promise<void> | null {
    if (this.items.length >= OUTBOX_ITEMS_MAX) return null;
    const added: OutboxItem = {
      ...item,
      createdAt: this.after(item.createdAt),
      state: { kind: "sending" },
    };
    this.items = [...this.items, added];
    const kept = this.put(added);
    this.changed(item.conversationId);
    return kept;
  }

  setState(clientMessageId: string, state: OutboxState): void {
    const item = this.find(clientMessageId);
    if (!item) return;
    const next = { ...item, state };
    this.items = this.items.map((other) => (other === item ? next : other));
    if (state.kind === "sent") {
      this.unput(clientMessageId);
      this.ports.wait(FORGET_SENT_AFTER_MS, () => this.remove(clientMessageId));
    } else this.put(next);
    this.changed(item.conversationId);
  }

  /** Moves a failed message behind everything that waits, as a retry sends it now. */
  requeue(clientMessageId: string, nowMs: number): void {
    const item = this.find(clientMessageId);
    if (!item) return;
    const next: OutboxItem = { ...item, createdAt: this.after(nowMs), state: { kind: "sending" } };
    this.items = [...this.items.filter((other) => other !== item), next];
    this.put(next);
    this.changed(item.conversationId);
  }

  remove(clientMessageId: string): void {
    const item = this.find(clientMessageId);
    if (!item) return;
    this.items = this.items.filter((other) => other !== item);
    if (item.state.kind !== "sent") this.unput(clientMessageId);
    this.changed(item.conversationId);
  }

  /** Lets everything go, as when its person signs out. Settles when the store is empty too. */
  clear(): Promise<void> {
    for (const { clientMessageId } of this.items) this.remove(clientMessageId);
    return this.writes;
  }

  /** Takes over what other tabs have changed in the store. */
  refresh(): void {
    this.enqueue((store) => this.readStored(store));
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Grows with every change, so that a screen can tell whether it is behind. */
  version = (): number => this.changes;

  /** A moment after everything that waits, so that a clock that steps back changes no order. */
  private after(moment: number): number {
    this.lastCreatedAt = Math.max(moment, this.lastCreatedAt + 1);
    return this.lastCreatedAt;
  }

  private changed(conversationId?: string): void {
    this.changes++;
    if (conversationId === undefined) this.byConversation.clear();
    else this.byConversation.delete(conversationId);
    for (const listener of this.listeners) listener();
  }

  private put(item: OutboxItem): Promise<void> {
    const { clientMessageId } = item;
    this.unstored.add(clientMessageId);
    return this.enqueue(async (store) => {
      await store?.put(this.userId, item);
      this.unstored.delete(clientMessageId);
      this.ports.announce();
    });
  }

  private unput(clientMessageId: string): void {
    this.enqueue(async (store) => {
      await store?.remove(clientMessageId);
      this.unstored.delete(clientMessageId);
      this.ports.announce();
    });
  }

  private enqueue(write: (store: OutboxStore | null) => Promise<void>): Promise<void> {
    this.writes = this.writes.then(async () => {
      // A full or failing store only costs the survival of a reload.
      await write(await this.store).catch(() => undefined);
    });
    return this.writes;
  }

  private async readStored(store: OutboxStore | null): Promise<void> {
    if (!store) return;
    const stored = await store.load(this.userId).catch(() => null);
    if (!stored) return;
    const known = new Map(this.items.map((item) => [item.clientMessageId, item]));
    const merged: OutboxItem[] = [];
    for (const item of stored) {
      const { clientMessageId } = item;
      const own = known.get(clientMessageId);
      known.delete(clientMessageId);
      // What is newer here than there is on its way there.
      const isNewer = own && (own.state.kind === "sent" || this.unstored.has(clientMessageId));
      merged.push(isNewer ? own : own && isSameItem(own, item) ? own : item);
    }
    for (const own of known.values()) {
      if (own.state.kind === "sent" || this.unstored.has(own.clientMessageId)) {
        merged.push(own);
        continue;
      }
      // Gone from the store: another tab has brought it to the server.
      merged.push({ ...own, state: { kind: "sent" } });
      this.ports.wait(FORGET_SENT_AFTER_MS, () => this.remove(own.clientMessageId));
    }
    merged.sort((a, b) => a.createdAt - b.createdAt);
    for (const { createdAt } of merged)
      this.lastCreatedAt = Math.max(this.lastCreatedAt, createdAt);
    this.items = merged;
    this.changed();
  }
}

function isSameItem(a: OutboxItem, b: OutboxItem): boolean {
  return a.state.kind === b.state.kind && a.createdAt === b.createdAt;
}
