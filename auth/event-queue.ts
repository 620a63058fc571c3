import type { IdentityEvent, PostOutcome } from "./identity-events";

/**
 * Holds the embedded service's events until the functions have taken them, one after the other so
 * that news about a person arrive in order. It holds them in memory only: what a crash loses here,
 * the client's own `users.syncUser` repairs at the next sign-in.
 */
export type EventQueue = {
  /** Returns at once: no sign-up waits for, or fails because of, its news. */
  push: (event: IdentityEvent) => void;
  /** Resolves when nothing is waiting any more. */
  drain: () => Promise<void>;
  /** Gives up what is still waiting. */
  close: () => void;
};

export type EventQueueOptions = {
  post: (event: IdentityEvent) => Promise<PostOutcome>;
  wait: (delayMs: number) => Promise<void>;
  log: (level: "warn" | "error", message: string, facts: Record<string, unknown>) => void;
};

const WAITING_MAX = 1_000;
const ATTEMPTS_MAX = 6;
const RETRY_BASE_MS = 250;

export function createEventQueue({ post, wait, log }: EventQueueOptions): EventQueue {
  const waiting: IdentityEvent[] = [];
  let worker: Promise<void> | null = null;
  let isClosed = false;

  async function work(): Promise<void> {
    for (let event = waiting.shift(); event && !isClosed; event = waiting.shift()) {
      await deliver(event);
    }
  }

  async function deliver(event: IdentityEvent): Promise<void> {
    for (let attempt = 1; !isClosed; attempt += 1) {
      const outcome = await post(event);
      if (outcome.kind === "delivered") return;
      const facts = { type: event.type, userId: event.user.id, status: outcome.status, attempt };
      if (outcome.kind === "refused" || attempt === ATTEMPTS_MAX) {
        log("error", "identity event given up", facts);
        return;
      }
      log("warn", "identity event not delivered yet", facts);
      await wait(RETRY_BASE_MS * 2 ** attempt);
    }
  }

  return {
    push(event) {
      if (isClosed) return;
      if (waiting.length >= WAITING_MAX) {
        log("error", "identity event dropped: too many are waiting", { type: event.type });
        return;
      }
      waiting.push(event);
      worker ??= work().finally(() => {
        worker = null;
      });
    },
    drain: async () => {
      while (worker) await worker;
    },
    close() {
      isClosed = true;
      waiting.length = 0;
    },
  };
}
