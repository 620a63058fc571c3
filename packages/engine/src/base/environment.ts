import { randomFillSync } from "node:crypto";

/** Asking the kernel for a few bytes costs as much as asking for thousands. */
const RANDOM_POOL_BYTES = 8_192;

/** A pending timer; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

/**
 * Everything the engine may ask of the world; the disk is behind `Persistence`, sockets behind
 * `SyncTransport`.
 *
 * No other file reads a clock, draws a random number or starts a timer, so that a simulation can
 * own time and chance and replay a run from its seed.
 */
export interface Environment {
  /** Wall clock, ms since the epoch. May step backwards; nothing may rely on it to be monotonic. */
  nowMs(): number;
  /** Monotonic clock, ms from an arbitrary origin. For durations and deadlines. */
  monotonicMs(): number;
  /** `count` unpredictable bytes. */
  randomBytes(count: number): Uint8Array;
  /** Calls back once, after at least `delayMs`; until then the process stays alive. */
  setTimer(delayMs: number, callback: () => void): Timer;
  /** Calls back once, after input that is already waiting has been read. */
  defer(callback: () => void): void;
  /** The network, outwards. */
  fetch: typeof globalThis.fetch;
  log: Log;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** One structured line. Facts must hold no secret and no message text. */
export type Log = (level: LogLevel, message: string, facts?: Record<string, unknown>) => void;

/** The real world. */
export function realEnvironment(log: Log): Environment {
  const pool = new Uint8Array(RANDOM_POOL_BYTES);
  let drawn = pool.length;
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    randomBytes: (count) => {
      if (count > pool.length) return randomFillSync(new Uint8Array(count));
      if (drawn + count > pool.length) {
        randomFillSync(pool);
        drawn = 0;
      }
      drawn += count;
      return pool.slice(drawn - count, drawn);
    },
    setTimer: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
    defer: (callback) => {
      setImmediate(callback);
    },
    fetch: (input, init) => fetch(input, init),
    log,
  };
}
