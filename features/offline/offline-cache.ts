/** Where copies outlive the page, for one person. */
export type CopyStore = {
  /** `undefined` when there is none. */
  load: (key: string) => Promise<unknown>;
  /** All there are, the most recently kept first. */
  keys: () => Promise<string[]>;
  put: (key: string, value: unknown) => Promise<void>;
  remove: (key: string) => Promise<void>;
};

export type OfflineCachePorts = {
  /** Rejects where there is no place that outlives the page. */
  openStore: () => Promise<CopyStore>;
  /** Calls back once, later, when the page has nothing better to do. */
  whenIdle: (callback: () => void) => void;
};

/** So many conversations are kept, the ones seen last; a chat's key begins so. */
export const CHATS_MAX = 30;
export const CHAT_PREFIX = "chat:";

/**
 * Copies of what one person's screens last showed of the server, to be shown again until the server
 * answers. Only results of queries come in, and only screens that have no result yet look at them: no
 * mutation ever carries anything of a copy, so that it can never become a second truth.
 *
 * What is kept is here at once and in the store when the page is idle, the newest of each key only.
 * A store that is missing, full or broken costs nothing but the survival of a reload.
 */
export class OfflineCache {
  private readonly copies = new Map<string, unknown>();
  /** Keys of chats, the one kept last first. */
  private chats: string[] = [];
  private readonly asked = new Set<string>();
  private readonly unwritten = new Map<string, unknown>();
  private readonly listeners = new Set<() => void>();
  private readonly store: Promise<CopyStore | null>;
  private isWriting = false;
  private isOver = false;

  constructor(private readonly ports: OfflineCachePorts) {
    this.store = ports.openStore().catch(() => null);
    // What is on the screen asks for itself; the rest follows, so that a change of chat waits for nothing.
    ports.whenIdle(() => void this.loadRest());
  }

  /** The copy as far as it is here; {@link ask} brings it here. */
  find(key: string): unknown {
    return this.copies.get(key);
  }

  /** Fetches a copy from the store; listeners hear of it. Later calls do nothing. */
  async ask(key: string): Promise<void> {
    if (this.asked.has(key)) return;
    this.asked.add(key);
    const store = await this.store;
    const value = await store?.load(key).catch(() => undefined);
    if (value === undefined || this.isOver || this.copies.has(key)) return;
    this.copies.set(key, value);
    if (key.startsWith(CHAT_PREFIX) && !this.chats.includes(key)) this.chats.push(key);
    for (const listener of this.listeners) listener();
  }

  /** Takes what a screen shows. */
  keep(key: string, value: unknown): void {
    if (this.isOver) return;
    this.copies.set(key, value);
    this.unwritten.set(key, value);
    if (key.startsWith(CHAT_PREFIX)) {
      this.chats = [key, ...this.chats.filter((other) => other !== key)];
      this.trim();
    }
    if (this.isWriting) return;
    this.isWriting = true;
    this.ports.whenIdle(() => void this.write());
  }

  /** From now on nothing is kept or found: its person has left. */
  end(): void {
    this.isOver = true;
    this.copies.clear();
    this.unwritten.clear();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private async loadRest(): Promise<void> {
    const store = await this.store;
    const keys = (await store?.keys().catch(() => [])) ?? [];
    for (const key of keys) {
      if (this.isOver) return;
      // One after another, so that no single task gets long.
      await this.ask(key);
    }
    const order = [...this.chats.filter((key) => !keys.includes(key))];
    this.chats = [...order, ...keys.filter((key) => this.chats.includes(key))];
    this.trim();
  }

  private trim(): void {
    for (const key of this.chats.splice(CHATS_MAX)) {
      this.copies.delete(key);
      this.unwritten.delete(key);
      void this.store.then((store) => store?.remove(key)).catch(() => undefined);
    }
  }

  private async write(): Promise<void> {
    const store = await this.store;
    for (const [key, value] of this.unwritten) {
      this.unwritten.delete(key);
      await store?.put(key, value).catch(() => undefined);
    }
    this.isWriting = false;
  }
}
