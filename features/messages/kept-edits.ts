import type { KeyValueStorage } from "./draft-store";

/** What a message of one's own shall say from now on. */
export type KeptEdit = { messageId: string; content: string };

const KEPT_MAX = 20;

/**
 * Edits on their way to the server, per person and conversation, kept in the browser: what was typed
 * outlives a page that goes before the server has answered. It does not send anything itself, since
 * the message may have changed meanwhile; whoever wrote an orphan finds it in the field again.
 */
export class KeptEdits {
  /** What this page waits for; it is no orphan when its chat is opened once more. */
  private readonly underWay = new Set<string>();

  constructor(private readonly storage: KeyValueStorage | null) {}

  keep(userId: string, conversationId: string, edit: KeptEdit): void {
    this.underWay.add(edit.messageId);
    const others = this.read(userId, conversationId).filter(
      ({ messageId }) => messageId !== edit.messageId,
    );
    this.write(userId, conversationId, [...others, edit].slice(-KEPT_MAX));
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

  /** What a page that is gone has left, oldest first. */
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

  private read(userId: string, conversationId: string): KeptEdit[] {
    try {
      const stored: unknown = JSON.parse(
        this.storage?.getItem(keyOf(userId, conversationId)) ?? "[]",
      );
      return Array.isArray(stored) ? stored.filter(isEdit) : [];
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

function isEdit(value: unknown): value is KeptEdit {
  if (typeof value !== "object" || value === null) return false;
  const { messageId, content } = value as Partial<KeptEdit>;
  return typeof messageId === "string" && typeof content === "string";
}

/** Both ids are of foreign making; encoding keeps one pair from looking like another. */
function keyOf(userId: string, conversationId: string): string {
  return `parley:edits:${JSON.stringify([userId, conversationId])}`;
}
