import type { Environment, Timer } from "../base/environment.ts";
import { limits } from "../base/limits.ts";

/**
 * A client that comes back sends its unanswered requests again. Some have been committed long ago:
 * their answers go before its first results, or it would show their effects beside its optimistic
 * ones. What comes later is not waited for, however much there is of it.
 *
 *   Connect ─ token decided ─ 20 ms of listening ─ what came by then is answered ─ first results
 */
export class Gathering {
  readonly #environment: Environment;
  readonly #onEnd: () => void;
  #isOver = false;
  #listening: Timer | null = null;
  #unanswered = 0;

  /** @param onEnd Told when nothing more is listened for; answers may still be awaited. */
  constructor(environment: Environment, onEnd: () => void) {
    this.#environment = environment;
    this.#onEnd = onEnd;
    this.listen();
  }

  /** Whether first results have to wait. The first no is for good. */
  mustWait(): boolean {
    this.#isOver ||= this.#listening === null && this.#unanswered === 0;
    return !this.#isOver;
  }

  /** Listens from now on: what waited for a token is heard only when that is decided. */
  listen(): void {
    if (this.#isOver) return;
    this.#listening?.cancel();
    this.#listening = this.#environment.setTimer(limits.socketGatherMs, () => this.endListening());
  }

  /** Nothing comes any more. */
  endListening(): void {
    if (this.#listening === null) return;
    this.cancel();
    this.#onEnd();
  }

  /** Takes note of a request; returns what to call when it is answered. */
  note(): () => void {
    if (this.#listening === null) return () => {};
    this.#unanswered++;
    return () => this.#unanswered--;
  }

  cancel(): void {
    this.#listening?.cancel();
    this.#listening = null;
  }
}
