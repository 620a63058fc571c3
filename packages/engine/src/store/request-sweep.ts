import type { Environment } from "../base/environment.ts";
import { limits } from "../base/limits.ts";
import type { Persistence, RequestKey } from "../persistence/persistence.ts";

/**
 * Forgets the outcomes of requests that nobody will repeat any more, a few at a time.
 *
 * It goes round and round over all records; a store with a million of them opens without looking at
 * any. It has no clock of its own: the base writer lets it take a step when it has caught up.
 */
export class RequestSweep {
  readonly #persistence: Persistence;
  readonly #environment: Environment;
  /** The record that was looked at last; null at the beginning of a round. */
  #place: RequestKey | null = null;

  constructor(persistence: Persistence, environment: Environment) {
    this.#persistence = persistence;
    this.#environment = environment;
  }

  step(): void {
    const beforeMs = this.#environment.nowMs() - limits.requestRecordsKeptMs;
    const { requestSweepRows } = limits;
    this.#place = this.#persistence.forgetRequests(beforeMs, this.#place, requestSweepRows);
  }
}
