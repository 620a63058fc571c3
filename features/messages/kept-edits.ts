import type { KeyValueStorage } from "./draft-store";

/**
 * What a message of one's own shall say from now on. `original` is what it said when a begun edit was
 * begun; `null` for one that was handed in.
 */
export type KeptEdit = { messageId: string; content: string; original: string | null };

const KEPT_MAX = 20;

/**
 * Edits begun, and edits on their way to the server, per person and conversation, kept in the browser:
 * what was typed outlives a page that goes before the server has answered. It does not send anything
 * itself, since the message may have changed meanwhile; whoever wrote an orphan finds it in the field
 * again. Of one message only the newest is kept.
 */
export class KeptEdits {
  /** What this page waits for; it is no orphan when its chat is opened once more. */
  private readonly underWay = new Set<string>();

  constructor(private readonly storage: KeyValueStorage | null) {}

  /** An edit was handed in. */
  keep(userId: string, conversationId: string, edit: KeptEdit): void {
    this.underWay.add(edit.messageId);
    this.replace(userId, conversationId, edit);
  }

  /** An edit is being written: an orphan at once, since its field may go at any time. */
  note(userId: string, conversationId: string, edit: KeptEdit): void {
    this.underWay.delete(edit.messageId);
    this.replace(userId, conversationId, edit);
  }

  /** A begun edit was given up, or is handed in now. What this page waits for stays. */
  drop(userId: string, conversationId: string, messageId: string): void {
    if (this.underWay.has(messageId)) return;
    const kept = this.read(userId, conversationId);
    const rest = kept.filter((edit) => edit.messageId !== messageId);
    if (rest.length < kept.length) this.write(userId, conversationId, rest);
  }

  /** The server has answered, or the edit was given up. A newer one of the same message stays. */
  release(userId: string, conversationId: string, edit: KeptEdit): void {
    const kept = this.read(userId, conversationId);
    const rest = kept.filter(
      ({ messageId, content }) => messageId !== edit.messageId || content !== edit.content,
    );
    if (!rest.some(({ messageId }) => messageId === edit.messageId)) {
      this.underWay.delete(edit.messageId);
    }
    if (rest.length < kept.length) this.write(userId, conversationId, rest);
  }

  /** What was begun, and what a page that is gone has left, oldest first. */
  orphans(userId: string, conversationId: string): KeptEdit[] {
    return this.read(userId, conversationId).filter(
      ({ messageId }) => !this.underWay.has(messageId),
    );
  }

  /** Forgets what one person has changed, as when they sign out. */
  clear(userId: string, storedKeys: readonly string[]): void {
    const prefix = keyOf(userId, "").slice(0, -'""]'.length);
    for (const key of storedKeys) if (key.startsWith(prefix)) this.storage?.removeItem(key);
  }

  private replace(userId: string, conversationId: string, edit: KeptEdit): void {
    const others = this.read(userId, conversationId).filter(
      ({ messageId }) => messageId !== edit.messageId,
    );
    this.write(userId, conversationId, [...others, edit].slice(-KEPT_MAX));
  }

  private read(userId: string, conversationId: string): KeptEdit[] {
    try {
      const stored: unknown = JSON.parse(
        this.storage?.getItem(keyOf(userId, conversationId)) ?? "[]",
      );
      return Array.isArray(stored) ? stored.flatMap(readEdit) : [];
    } catch {
      // Blocked storage only costs the survival of a reload; and anything may stand there.
      return [];
    }
  }

  private write(userId: string, conversationId: string, edits: readonly KeptEdit[]): void {
    const key = keyOf(userId, conversationId);
    try {
      if (edits.length === 0) this.storage?.removeItem(key);
      else this.storage?.setItem(key, JSON.stringify(edits));
    } catch {
      // See above.
    }
  }
}

function readEdit(value: unknown): KeptEdit[] {
  if (typeof value !== "object" || value === null) return [];
  const { messageId, content, original } = value as Partial<KeptEdit>;
  if (typeof messageId !== "string" || typeof content !== "string") return [];
  return [{ messageId, content, original: typeof original === "string" ? original : null }];
}

/** Both ids are of foreign making; encoding keeps one pair from looking like another. */
function keyOf(userId: string, conversationId: string): string {
  return `parley:edits:${JSON.stringify([userId, conversationId])}`;
}
