/**
 * Counts failed sign-ins per account, so that guessing from many addresses is as slow as guessing
 * from one. It holds counts in memory and forgets them with the window; it never locks anybody out
 * for longer, because then a stranger could lock a person out.
 */
export type AttemptLimiter = {
  /** Milliseconds until this account may be tried again; 0 when it may be now. */
  waitMs: (account: string) => number;
  recordFailure: (account: string) => void;
  recordSuccess: (account: string) => void;
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
  const windows = new Map<string, { startMs: number; failures: number }>();

  function current(account: string) {
    const window = windows.get(account);
    if (!window || now() - window.startMs < windowMs) return window;
    windows.delete(account);
    return undefined;
  }

  return {
    waitMs(account) {
      const window = current(account);
      if (!window || window.failures < attemptsMax) return 0;
      return window.startMs + windowMs - now();
    },
    recordFailure(account) {
      const window = current(account);
      if (window) {
        window.failures += 1;
        return;
      }
      const oldest = windows.size >= accountsMax ? windows.keys().next().value : undefined;
      if (oldest !== undefined) windows.delete(oldest);
      windows.set(account, { startMs: now(), failures: 1 });
    },
    recordSuccess: (account) => void windows.delete(account),
  };
}
