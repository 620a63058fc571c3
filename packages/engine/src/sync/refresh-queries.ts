import type { Environment, Timer } from "../base/environment.ts";
import { limits } from "../base/limits.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { IndexChange } from "../store/overlay.ts";
import type { SyncSession, TransitionPlan } from "./session.ts";
import type { WatchedQueries } from "./watched-queries.ts";
import { isLetIn, type Subscription, type WatchedQuery } from "./watched-query.ts";

/**
 * The only place where stale queries are run again: one turn at a time, for many clients at once.
 *
 *   1  ts = what is durable now; changes up to ts mark queries stale
 *   2  sessions with something to say, and able to hear it, plan their transitions, until together
 *      they have enough to run: the others are first in the next turn, behind what else waits
 *   3  each stale query of those plans runs once, at ts, behind its gate if it has one
 *   4  each session gets one transition, from its last version to ts
 *
 * Whatever is committed or asked for during 3 waits for the next turn: its changes are matched
 * against the reads that 3 has installed, so nothing falls between two turns. Clients that read
 * slowly are left out until their socket has drained and then get one transition for all of it.
 */
export class RefreshQueries {
  readonly #environment: Environment;
  readonly #runtime: Runtime;
  readonly #watchedQueries: WatchedQueries;
  #changes: Array<readonly IndexChange[]> = [];
  readonly #sessions = new Set<SyncSession>();
  #isScheduled = false;

  constructor(environment: Environment, runtime: Runtime, watchedQueries: WatchedQueries) {
    this.#environment = environment;
    this.#runtime = runtime;
    this.#watchedQueries = watchedQueries;
  }

  /** Takes note of durable changes, in commit order. */
  noteChanges(changes: readonly IndexChange[]): void {
    this.#changes.push(changes);
    this.#schedule();
  }

  /** Plans a turn that looks at this session. */
  request(session: SyncSession): void {
    this.#sessions.add(session);
    this.#schedule();
  }

  /** The functions are others now: runs everything again for everybody, and tells what is new. */
  askAnew(): void {
    for (const subscription of this.#watchedQueries.askAnew()) this.#notePending(subscription);
    this.#schedule();
  }

  /** Resolves once everybody has been sent what there is to say; the next change begins anew. */
  async settle(): Promise<void> {
    do await new Promise<void>((resolve) => this.#environment.defer(resolve));
    while (this.#isScheduled);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#environment.defer(() => void this.#turn());
  }

  async #turn(): Promise<void> {
    const plans: TransitionPlan[] = [];
    try {
      const ts = this.#runtime.durableTs;
      this.#markStale();
      const due = new Set<WatchedQuery>();
      for (const session of this.#sessions) {
        if (due.size >= limits.refreshRunsMax) break;
        this.#sessions.delete(session);
        const plan = session.planTransition();
        if (!plan) continue;
        plans.push(plan);
        for (const { gate, watched } of asked(plan)) {
          if (gate?.isStale) due.add(gate);
          if (watched.isStale) due.add(watched);
        }
      }
      await this.#runStale(plans, ts);
      for (const plan of plans) plan.session.sendTransition(plan, ts);
    } catch (error) {
      this.#environment.log("error", "A refresh turn failed.", { error: String(error) });
      for (const plan of plans) plan.session.fail();
    } finally {
      this.#isScheduled = false;
      if (this.#changes.length > 0 || this.#sessions.size > 0) this.#schedule();
    }
  }

  #markStale(): void {
    const changes = this.#changes;
    this.#changes = [];
    for (const group of changes) {
      for (const watched of this.#watchedQueries.markChanged(group)) {
        for (const subscription of watched.subscriptions) this.#notePending(subscription);
      }
    }
  }

  #notePending(subscription: Subscription): void {
    subscription.session.notePending(subscription);
    this.#sessions.add(subscription.session);
  }

  async #runStale(plans: readonly TransitionPlan[], ts: bigint): Promise<void> {
    const subscriptions = plans.flatMap(asked);
    const patience = new Patience(this.#environment);
    const run = (watched: WatchedQuery) => this.#run(watched, ts, patience);
    try {
      const gates = new Set<WatchedQuery>();
      for (const { gate } of subscriptions) if (gate?.isStale) gates.add(gate);
      for (const gate of gates) await run(gate);
      // What nobody may see is not run.
      const stale = new Set<WatchedQuery>();
      for (const subscription of subscriptions) {
        if (subscription.watched.isStale && isLetIn(subscription)) stale.add(subscription.watched);
      }
      // The set grows while it is walked: subscriptions that move bring their new queries.
      for (const watched of stale) {
        for (const subscription of await run(watched)) stale.add(subscription.watched);
      }
    } finally {
      patience.end();
    }
  }

  /** Runs a query, or leaves it running. Returns the subscriptions that had to move. */
  async #run(watched: WatchedQuery, ts: bigint, patience: Patience): Promise<Subscription[]> {
    if (watched.isRunning) return [];
    const running = this.#watchedQueries.run(watched, ts);
    const moved = await Promise.race([running, patience.untilExhausted()]);
    if (moved !== null) return moved;
    if (!watched.isRunning) return running;
    this.#watchedQueries.leaveRunning(watched);
    running.then(
      (late) => {
        for (const { session } of watched.subscriptions) session.noteRun(watched);
        for (const subscription of [...watched.subscriptions, ...late])
          this.#notePending(subscription);
        this.#schedule();
      },
      (error) => {
        this.#environment.log("error", "A query could not be run.", { error: String(error) });
        for (const { session } of watched.subscriptions) session.fail();
      },
    );
    return [];
  }
}

/** How long one turn waits for queries that wait themselves. */
class Patience {
  readonly #environment: Environment;
  readonly #timer: Timer;
  readonly #spent: Promise<null>;
  #isSpent = false;

  constructor(environment: Environment) {
    this.#environment = environment;
    let spend = () => {};
    this.#spent = new Promise((resolve) => {
      spend = () => resolve(null);
    });
    this.#timer = environment.setTimer(limits.slowQueryPatienceMs, () => {
      this.#isSpent = true;
      spend();
    });
  }

  /** No query is left behind that only reads: those end before the event loop turns. */
  untilExhausted(): Promise<null> {
    if (!this.#isSpent) return this.#spent;
    return new Promise((resolve) => this.#environment.defer(() => resolve(null)));
  }

  end(): void {
    this.#timer.cancel();
  }
}

function asked({ pending }: TransitionPlan): Subscription[] {
  return pending.filter(({ isRemoved }) => !isRemoved);
}
