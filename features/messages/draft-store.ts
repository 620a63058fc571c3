import { type QuotedMessage, readQuoted } from "../outbox/quoted-message";

/** The part of the browser's storage that is used; tests and blocked storage pass something else. */
export type KeyValueStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

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
  /** Who has signed out: a composer that is still open must not save for them again. */
  private readonly gone = new Set<string>();
  /** Drafts that were written here, and not only read. */
  private readonly own = new Set<string>();
  private changes = 0;

  constructor(private readonly storage: KeyValueStorage | null) {}

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
    if (this.gone.has(userId)) return;
    if (this.read(userId, conversationId) === text) {
      // Another tab may have sent what it had of this chat, and let go of what stood here.
      if (this.own.has(key)) this.store(key, text);
      return;
    }
    this.drafts.set(key, text);
    if (text === "") this.own.delete(key);
    else this.own.add(key);
    this.store(key, text);
    this.changes++;
    for (const listener of this.listeners) listener();
  }

  private store(key: string, text: string): void {
    try {
      if (text === "") this.storage?.removeItem(key);
      else this.storage?.setItem(key, text.slice(0, DRAFT_MAX_UNITS));
    } catch {
      // See above.
    }
  }

  /** Where the caret stood in the draft, counted from its start; its end where that is not known. */
  readCaret(userId: string, conversationId: string): number {
    const { length } = this.read(userId, conversationId);
    let stored: string | null = null;
    try {
      stored = this.storage?.getItem(caretKey(userId, conversationId)) ?? null;
    } catch {
      // See above.
    }
    const caret = stored === null ? length : Number(stored);
    return Number.isInteger(caret) && caret >= 0 && caret <= length ? caret : length;
  }

  /** @param caret `null`: at its end, which needs no remembering. */
  writeCaret(userId: string, conversationId: string, caret: number | null): void {
    const key = caretKey(userId, conversationId);
    if (this.gone.has(userId)) return;
    try {
      if (caret === null) this.storage?.removeItem(key);
      else this.storage?.setItem(key, String(caret));
    } catch {
      // See above.
    }
  }

  /** What the draft answers. */
  readReply(userId: string, conversationId: string): QuotedMessage | null {
    try {
      return readQuoted(
        JSON.parse(this.storage?.getItem(replyKey(userId, conversationId)) ?? "null"),
      );
    } catch {
      // See above; and anything may stand there.
      return null;
    }
  }

  writeReply(userId: string, conversationId: string, quoted: QuotedMessage | null): void {
    const key = replyKey(userId, conversationId);
    if (this.gone.has(userId)) return;
    try {
      if (quoted === null) this.storage?.removeItem(key);
      else this.storage?.setItem(key, JSON.stringify(quoted));
    } catch {
      // See above.
    }
  }

  /** Forgets what one person has begun to write, everywhere, as when they sign out. */
  clear(userId: string, storedKeys: readonly string[]): void {
    for (const key of storedKeys) {
      const pair = pairOf(key);
      if (pair?.[0] !== userId) continue;
      this.write(userId, pair[1], "");
      this.writeCaret(userId, pair[1], null);
      this.writeReply(userId, pair[1], null);
    }
    this.gone.add(userId);
  }

  /** Somebody writes here, perhaps again. */
  welcome(userId: string): void {
    this.gone.delete(userId);
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

function caretKey(userId: string, conversationId: string): string {
  return `parley:caret:${JSON.stringify([userId, conversationId])}`;
}

function replyKey(userId: string, conversationId: string): string {
  return `parley:reply:${JSON.stringify([userId, conversationId])}`;
}

function pairOf(key: string): [userId: string, conversationId: string] | null {
  const found = /^parley:(?:draft|caret|reply):(\[.*\])$/s.exec(key)?.[1];
  if (found === undefined) return null;
  const pair: unknown = JSON.parse(found);
  return Array.isArray(pair) && pair.length === 2 ? [String(pair[0]), String(pair[1])] : null;
}
