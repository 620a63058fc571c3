import type { Environment, Timer } from "../base/environment.ts";

/** The longest wait that timers of the platform can take. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * Calls back at a time of the wall clock.
 *
 * The clock may be set while it waits, so it never waits longer than `checkMs` before it looks
 * again: `ring` may come early and asks for the time itself.
 */
export class Alarm {
  readonly #environment: Environment;
  readonly #checkMs: number;
  readonly #ring: () => void;
  #timer: Timer | null = null;

  constructor(environment: Environment, checkMs: number, ring: () => void) {
    this.#environment = environment;
    this.#checkMs = checkMs;
    this.#ring = ring;
  }

  /** Sets the alarm anew, whatever it was set to. It rings from the timer, never at once. */
  set(atMs: number): void {
    this.clear();
    const delayMs = Math.max(0, Math.ceil(atMs - this.#environment.nowMs()));
    this.#timer = this.#environment.setTimer(
      Math.min(delayMs, this.#checkMs, TIMER_MS_MAX),
      this.#ring,
    );
  }

  clear(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
