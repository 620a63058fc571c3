import type { KeyValueStorage } from "./outbox";

const DRAFT_MAX_UNITS = 20_000;

/**
 * What somebody has begun to write, per person and conversation, kept in the browser.
 *
 * Reads are answered from memory after the first; writes go through at once, since the caller
 * decides how often it saves. Blocked storage only costs the survival of a reload.
 */
export class DraftStore {
  private readonly drafts = new Map<string, string>();
  private readonly listeners = new Set<() => void>();
  private changes = 0;

  constructor(
    private readonly storage: Pick<KeyValueStorage, "getItem" | "setItem" | "removeItem"> | null,
  ) {}

  read(userId: string, conversationId: string): string {
    const key = draftKey(userId, conversationId);
    const known = this.drafts.get(key);
    if (known !== undefined) return known;
    let stored = "";
    try {
      stored = this.storage?.getItem(key)?.slice(0, DRAFT_MAX_UNITS) ?? "";
    } catch {
      // See above.
    }
    this.drafts.set(key, stored);
    return stored;
  }

  write(userId: string, conversationId: string, text: string): void {
    const key = draftKey(userId, conversationId);
    if (this.read(userId, conversationId) === text) return;
    this.drafts.set(key, text);
    try {
      if (text === "") this.storage?.removeItem(key);
      else this.storage?.setItem(key, text.slice(0, DRAFT_MAX_UNITS));
    } catch {
      // See above.
    }
    this.changes++;
    for (const listener of this.listeners) listener();
  }

  /** Grows with every change, so that a screen can tell whether it is behind. */
  version = (): number => this.changes;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** Both ids are of foreign making; encoding keeps one pair from looking like another. */
function draftKey(userId: string, conversationId: string): string {
  return `parley:draft:${JSON.stringify([userId, conversationId])}`;
}
