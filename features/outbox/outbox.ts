/** The part of the browser's storage that is used; tests and blocked storage pass something else. */
export type KeyValueStorage = Pick<
  Storage,
  "getItem" | "setItem" | "removeItem" | "key" | "length"
>;

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
  createdAt: number;
  state: OutboxState;
};

const NOTHING: readonly OutboxItem[] = [];
/** As many as wait at most; more would fill the storage and nobody writes that many unseen. */
export const OUTBOX_ITEMS_MAX = 500;

/**
 * What one person has written and the server does not have yet, in the order in which it was written.
 *
 * Every item is also kept in the browser's storage under a key of its own, so that a reload loses
 * nothing and two tabs never overwrite each other's. It is not a copy of anything that the server
 * has: a stored message leaves at once.
 */
export class Outbox {
  private items: OutboxItem[] = [];
  private readonly byConversation = new Map<string, readonly OutboxItem[]>();
  private readonly listeners = new Set<() => void>();
  private readonly prefix: string;
  private changes = 0;

  constructor(
    userId: string,
    private readonly storage: KeyValueStorage | null,
  ) {
    this.prefix = `parley:outbox:${userId}:`;
    this.items = this.readStored();
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

  find(clientMessageId: string): OutboxItem | undefined {
    return this.items.find((item) => item.clientMessageId === clientMessageId);
  }

  /** @returns false when too much is waiting already; the caller keeps the text. */
  add(item: OutboxItem): boolean {
    if (this.items.length >= OUTBOX_ITEMS_MAX) return false;
    this.items = [...this.items, item];
    this.store(item);
    this.changed(item.conversationId);
    return true;
  }

  setState(clientMessageId: string, state: OutboxState): void {
    const item = this.find(clientMessageId);
    if (!item) return;
    const next = { ...item, state };
    this.items = this.items.map((other) => (other === item ? next : other));
    if (state.kind === "sent") this.unstore(clientMessageId);
    else this.store(next);
    this.changed(item.conversationId);
  }

  /** Moves a failed message behind everything that waits, as a retry sends it now. */
  requeue(clientMessageId: string, nowMs: number): void {
    const item = this.find(clientMessageId);
    if (!item) return;
    const next: OutboxItem = { ...item, createdAt: nowMs, state: { kind: "sending" } };
    this.items = [...this.items.filter((other) => other !== item), next];
    this.store(next);
    this.changed(item.conversationId);
  }

  remove(clientMessageId: string): void {
    const item = this.find(clientMessageId);
    if (!item) return;
    this.items = this.items.filter((other) => other !== item);
    this.unstore(clientMessageId);
    this.changed(item.conversationId);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Grows with every change, so that a screen can tell whether it is behind. */
  version = (): number => this.changes;

  private changed(conversationId: string): void {
    this.changes++;
    this.byConversation.delete(conversationId);
    for (const listener of this.listeners) listener();
  }

  private store(item: OutboxItem): void {
    try {
      this.storage?.setItem(this.prefix + item.clientMessageId, JSON.stringify(item));
    } catch {
      // A full or forbidden storage only costs the survival of a reload.
    }
  }

  private unstore(clientMessageId: string): void {
    try {
      this.storage?.removeItem(this.prefix + clientMessageId);
    } catch {
      // See store().
    }
  }

  private readStored(): OutboxItem[] {
    const found: OutboxItem[] = [];
    try {
      for (let index = 0; index < (this.storage?.length ?? 0); index++) {
        const key = this.storage?.key(index);
        if (!key?.startsWith(this.prefix)) continue;
        const item = parseItem(this.storage?.getItem(key) ?? "");
        if (item && key === this.prefix + item.clientMessageId) found.push(item);
      }
    } catch {
      return [];
    }
    return found.sort((a, b) => a.createdAt - b.createdAt).slice(0, OUTBOX_ITEMS_MAX);
  }
}

/** Anything may stand in a browser's storage; only what is exactly an item counts. */
function parseItem(text: string): OutboxItem | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { clientMessageId, conversationId, content, createdAt, state } =
    value as Partial<OutboxItem>;
  const isItem =
    typeof clientMessageId === "string" &&
    typeof conversationId === "string" &&
    typeof content === "string" &&
    typeof createdAt === "number";
  if (!isItem) return null;
  const isFailed = state?.kind === "failed" && typeof state.reason === "string";
  return {
    clientMessageId,
    conversationId,
    content,
    createdAt,
    state: isFailed ? { kind: "failed", reason: state.reason } : { kind: "sending" },
  };
}
