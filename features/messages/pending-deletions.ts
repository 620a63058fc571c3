/** So long a deletion can be taken back; nobody else has seen anything of it until then. */
export const UNDO_WITHIN_MS = 5_000;

export type PendingDeletion = {
  conversationId: string;
  messageIds: ReadonlySet<string>;
  /** Deletes them for everybody. */
  commit: () => void;
};

const NOTHING: ReadonlySet<string> = new Set();

/**
 * The deletion that can still be taken back: one at a time, since one way back is offered. Whatever
 * comes first sends it: its time is over, the next one is begun, or the page goes.
 */
export class PendingDeletions {
  private current: PendingDeletion | null = null;
  private cancel: () => void = () => undefined;
  private readonly listeners = new Set<() => void>();

  /** @param wait Calls back later, unless what it returns is called before. */
  constructor(private readonly wait: (ms: number, callback: () => void) => () => void) {}

  add(deletion: PendingDeletion): void {
    this.commit();
    this.current = deletion;
    this.cancel = this.wait(UNDO_WITHIN_MS, () => this.commit());
    this.changed();
  }

  undo(): void {
    this.cancel();
    this.current = null;
    this.changed();
  }

  commit(): void {
    this.cancel();
    const { current } = this;
    if (current === null) return;
    this.current = null;
    // First, so that the messages are gone for the server's reasons before they are not for ours.
    current.commit();
    this.changed();
  }

  /** The messages of a conversation that wait to be deleted; the same set until something changes. */
  of(conversationId: string): ReadonlySet<string> {
    return this.current?.conversationId === conversationId ? this.current.messageIds : NOTHING;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  latest = (): PendingDeletion | null => this.current;

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
