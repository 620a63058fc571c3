/**
 * Counts failed sign-ins per account, so that guessing from many addresses is as slow as guessing
 * from one. A try counts from its beginning, or whoever guesses at once would have as many tries as
 * fit into the time that one takes. It holds counts in memory and forgets them with the window; it
 * never locks anybody out for longer, because then a stranger could lock a person out.
 */
export type AttemptLimiter = {
  /** Takes a try, and returns 0; or the milliseconds until this account may be tried again. */
  take: (account: string) => number;
  /** For a try that was none, such as one that somebody else refused. */
  giveBack: (account: string) => void;
  /** For a try that succeeded: what failed before it is forgotten. */
  clear: (account: string) => void;
};

export type AttemptLimiterOptions = {
  attemptsMax: number;
  windowMs: number;
  now: () => number;
  /** Past this many accounts the oldest counts are forgotten. */
  accountsMax?: number;
};

export function createAttemptLimiter(options: AttemptLimiterOptions): AttemptLimiter {
  const { attemptsMax, windowMs, now, accountsMax = 10_000 } = options;
  const windows = new Map<string, { startMs: number; tries: number }>();

  function current(account: string) {
    const window = windows.get(account);
    if (!window || now() - window.startMs < windowMs) return window;
    windows.delete(account);
    return undefined;
  }

  return {
    take(account) {
      const window = current(account);
      if (window) {
        if (window.tries >= attemptsMax) return window.startMs + windowMs - now();
        window.tries += 1;
        return 0;
      }
      const oldest = windows.size >= accountsMax ? windows.keys().next().value : undefined;
      if (oldest !== undefined) windows.delete(oldest);
      windows.set(account, { startMs: now(), tries: 1 });
      return 0;
    },
    giveBack(account) {
      const window = current(account);
      if (window) window.tries = Math.max(0, window.tries - 1);
    },
    clear: (account) => void windows.delete(account),
  };
}
