import type { IdentityEvent, PostOutcome } from "./identity-events";

/** Where news wait until the functions have taken them: on the disk. */
export type EventOutbox = {
  /** @returns false when too many are waiting already. */
  add: (event: IdentityEvent) => boolean;
  /** The oldest that came after the one with this id. */
  next: (after: number) => { id: number; event: IdentityEvent } | null;
  remove: (id: number) => void;
};

/**
 * Delivers the embedded service's news to the functions, one after the other, so that those about a
 * person arrive in order. What is not delivered when the process ends is delivered by the next one;
 * what was delivered and not yet forgotten comes twice, which changes nothing there.
 */
export type EventQueue = {
  /** Returns at once: no sign-up waits for, or fails because of, its news. */
  wake: () => void;
  /** Resolves when nothing is being delivered any more. */
  drain: () => Promise<void>;
  /** Delivers nothing more, and leaves the outbox alone. */
  close: () => void;
};

export type EventQueueOptions = {
  outbox: EventOutbox;
  post: (event: IdentityEvent) => Promise<PostOutcome>;
  wait: (delayMs: number) => Promise<void>;
  log: (level: "warn" | "error", message: string, facts: Record<string, unknown>) => void;
};

/** Of answers that are about the moment: then others have their turn, until the next start. */
const ATTEMPTS_MAX = 6;
const RETRY_BASE_MS = 250;
const RETRY_MAX_MS = 30_000;

export function createEventQueue({ outbox, post, wait, log }: EventQueueOptions): EventQueue {
  let worker: Promise<void> | null = null;
  let isClosed = false;
  let lastId = 0;

  async function work(): Promise<void> {
    while (!isClosed) {
      const waiting = outbox.next(lastId);
      if (!waiting) return;
      const isSettled = await deliver(waiting.event);
      if (isClosed) return;
      if (isSettled) outbox.remove(waiting.id);
      lastId = waiting.id;
    }
  }

  /** @returns false for what is to be tried again by the next start. */
  async function deliver(event: IdentityEvent): Promise<boolean> {
    for (let attempt = 1; !isClosed; attempt += 1) {
      const outcome = await post(event);
      if (outcome.kind === "delivered") return true;
      const facts = { type: event.type, userId: event.user.id, status: outcome.status, attempt };
      if (outcome.kind === "refused") {
        log("error", "identity event refused", facts);
        return true;
      }
      if (attempt >= ATTEMPTS_MAX && outcome.status !== null) {
        log("error", "identity event given up until the next start", facts);
        return false;
      }
      log("warn", "identity event not delivered yet", facts);
      await wait(Math.min(RETRY_BASE_MS * 2 ** attempt, RETRY_MAX_MS));
    }
    return false;
  }

  return {
    wake() {
      if (isClosed) return;
      worker ??= work().finally(() => {
        worker = null;
      });
    },
    drain: async () => {
      while (worker) await worker;
    },
    close() {
      isClosed = true;
    },
  };
}
