import type { TransitionPlan } from "./session.ts";
import {
  isWaiting,
  resultOf,
  type SharedResult,
  type Subscription,
  type WatchedQuery,
} from "./watched-query.ts";

/**
 * A transition whose turn is over but for queries that take their time: what the others gave at its
 * timestamp is kept, because by the time these have ended there may be newer results.
 *
 * So a query that awaits real work, while what it reads keeps changing, is shown as it was when its
 * run began, again and again, and never waits for a run that nothing overtakes.
 */
export class HeldTransition {
  readonly plan: TransitionPlan;
  readonly ts: bigint;
  /** null: nothing to show. */
  readonly results = new Map<Subscription, SharedResult | null>();
  readonly #waiting = new Map<Subscription, WatchedQuery>();

  private constructor(plan: TransitionPlan, ts: bigint) {
    this.plan = plan;
    this.ts = ts;
    for (const subscription of plan.pending) {
      if (isWaiting(subscription)) this.#waiting.set(subscription, subscription.watched);
      else this.results.set(subscription, resultOf(subscription));
    }
  }

  /** Holds a plan; null when what is waited for runs at another timestamp, or is not begun. */
  static of(plan: TransitionPlan, ts: bigint): HeldTransition | null {
    const isOfThisTurn = plan.pending.every(
      (subscription) =>
        !isWaiting(subscription) ||
        (subscription.gate?.isRunning !== true && subscription.watched.runsAtTs === ts),
    );
    return isOfThisTurn ? new HeldTransition(plan, ts) : null;
  }

  /** Takes the result of a run that has just ended; true when it was the last. */
  note(watched: WatchedQuery): boolean {
    for (const [subscription, other] of this.#waiting) {
      if (other !== watched) continue;
      this.#waiting.delete(subscription);
      this.results.set(subscription, watched.latest);
    }
    return this.#waiting.size === 0;
  }

  /** Whether what it waits for will still come: a subscription may have gone, or moved. */
  get isSound(): boolean {
    for (const [{ isRemoved, watched: current }, watched] of this.#waiting) {
      if (isRemoved || current !== watched || !watched.isRunning) return false;
    }
    return true;
  }
}
