import { limits } from "../base/limits.ts";
import { callerKey } from "../identity/caller.ts";
import type { QueryOutcome } from "../runtime/outcome.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { IndexChange } from "../store/overlay.ts";
import type { KeyInterval } from "../store/read-set.ts";
import { SubscriptionRegistry } from "../subscriptions/subscription-registry.ts";
import { gateRequest, sharedRequest } from "./query-parts.ts";
import type { SyncSession } from "./session.ts";
import {
  type QueryRequest,
  type Subscription,
  shareResult,
  type WatchedQuery,
} from "./watched-query.ts";

/**
 * All queries that clients have open, each distinct one once.
 *
 * Distinct are function, arguments, journal and caller. The caller counts only for functions that
 * ask who is calling, which is learned from their runs: a function that never asks is evaluated
 * once for everybody. A function in two parts is two queries: its gate, for each caller, and what is
 * behind it, once for everybody who is let in.
 */
export class WatchedQueries {
  readonly #runtime: Runtime;
  readonly #registry: SubscriptionRegistry<WatchedQuery>;
  readonly #queries = new Map<string, WatchedQuery>();
  readonly #anonymousPaths = new Set<string>();
  readonly #personalPaths = new Set<string>();
  readonly #subscriptions = new Set<Subscription>();
  /** Changes since their turns, by the queries that have been left running. */
  readonly #missed = new Map<WatchedQuery, IndexChange[]>();
  /** How many evaluations there have been: the cost of a message is counted in these. */
  runs = 0;

  constructor(runtime: Runtime, registry: SubscriptionRegistry<WatchedQuery>) {
    this.#runtime = runtime;
    this.#registry = registry;
  }

  get size(): number {
    return this.#queries.size;
  }

  subscribe(session: SyncSession, queryId: number, request: QueryRequest): Subscription {
    const queries = this.#queriesOf(request);
    const subscription: Subscription = {
      session,
      queryId,
      // Those who ask the same hold the same arguments; most memory of idle clients is these.
      request: { ...request, args: queries.watched.request.args },
      ...queries,
      sent: null,
      argsLength: queries.watched.key.length,
      isRemoved: false,
    };
    this.#join(subscription);
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /**
   * Forgets all results, and all that was learned from runs: the functions are others now.
   *
   * @returns All subscriptions; what they ask for is to be run anew. Pages end where they ended.
   */
  askAnew(): ReadonlySet<Subscription> {
    for (const subscription of this.#subscriptions) {
      const { journal } = subscription.watched;
      subscription.request = { ...subscription.request, journal };
      this.#leave(subscription.watched, subscription);
      if (subscription.gate) this.#leave(subscription.gate, subscription);
    }
    this.#anonymousPaths.clear();
    this.#personalPaths.clear();
    for (const subscription of this.#subscriptions) {
      Object.assign(subscription, this.#queriesOf(subscription.request));
      this.#join(subscription);
    }
    return this.#subscriptions;
  }

  unsubscribe(subscription: Subscription): void {
    subscription.isRemoved = true;
    this.#subscriptions.delete(subscription);
    this.#leave(subscription.watched, subscription);
    if (subscription.gate) this.#leave(subscription.gate, subscription);
  }

  /** Moves a subscription to the query as another caller sees it; false when it is the same one. */
  changeCaller(subscription: Subscription, caller: QueryRequest["caller"]): boolean {
    const { journal } = subscription.watched;
    subscription.request = { ...subscription.request, caller, journal };
    const { gate } = subscription;
    if (gate) {
      if (callerKey(gate.request.caller) === callerKey(caller)) return false;
      this.#leave(gate, subscription);
      subscription.gate = this.#find({ ...gate.request, caller }, true);
      subscription.gate.subscriptions.add(subscription);
      return true;
    }
    if (subscription.watched.isShared) return false;
    if (callerKey(subscription.watched.request.caller) === callerKey(caller)) return false;
    this.#move(subscription);
    return true;
  }

  /** Marks the queries whose reads contain a changed key; returns those that were not marked yet. */
  markChanged(changes: readonly IndexChange[]): Set<WatchedQuery> {
    for (const missed of this.#missed.values()) {
      if (missed.length < limits.missedChangesMax) missed.push(...changes);
    }
    const concerned = new Set<WatchedQuery>();
    this.#registry.findConcerned(changes, concerned);
    for (const watched of concerned) {
      if (watched.isStale) concerned.delete(watched);
      watched.isStale = true;
    }
    return concerned;
  }

  /**
   * Evaluates a query at `ts` and watches what it read.
   *
   * @returns Subscriptions that had to move because the function asked for its caller only now.
   */
  async run(watched: WatchedQuery, ts: bigint): Promise<Subscription[]> {
    this.runs++;
    const { outcome, missed } = await this.#evaluate(watched, ts);
    if (watched.subscriptions.size === 0) return [];
    if (!watched.isPart && this.#learn(watched, outcome.usedIdentity)) return this.#split(watched);

    this.#watch(watched, outcome.readSet.intervals);
    const result = shareResult(outcome);
    if (watched.latest?.fingerprint !== result.fingerprint) watched.latest = result;
    watched.hasGrown ||= watched.journal !== watched.request.journal;
    watched.journal = outcome.journal;
    // Given up is given up: run again at once, it would never come to an end that can be told.
    const isGivenUp = !outcome.result.ok && outcome.result.isGivenUp === true;
    watched.isStale = !isGivenUp && touches(missed, watched.intervals);
    return [];
  }

  /** Most runs read where the one before did, and nothing has to be moved. */
  #watch(watched: WatchedQuery, intervals: readonly KeyInterval[]): void {
    if (areSame(watched.intervals, intervals)) return;
    this.#registry.unwatch(watched.intervals, watched);
    watched.intervals = intervals;
    this.#registry.watch(intervals, watched);
  }

  #queriesOf(request: QueryRequest): Pick<Subscription, "gate" | "watched"> {
    const parts = this.#runtime.partsOf(request.functionPath);
    if (!parts) return { gate: null, watched: this.#find(request, false) };
    return {
      gate: this.#find(gateRequest(parts, request), true),
      watched: this.#find(sharedRequest(parts, request), true),
    };
  }

  #join(subscription: Subscription): void {
    subscription.gate?.subscriptions.add(subscription);
    subscription.watched.subscriptions.add(subscription);
  }

  /** The turn that runs this query goes on without it; from now on it may miss changes. */
  leaveRunning(watched: WatchedQuery): void {
    this.#missed.set(watched, []);
  }

  async #evaluate(
    watched: WatchedQuery,
    ts: bigint,
  ): Promise<{ outcome: QueryOutcome; missed: readonly IndexChange[] }> {
    const { functionPath, args, caller } = watched.request;
    const call = {
      path: functionPath,
      args,
      caller,
      allowsInternal: watched.isPart || caller.kind === "admin",
    };
    watched.isRunning = true;
    watched.runsAtTs = ts;
    try {
      const outcome = await this.#runtime.runQuery(call, ts, watched.journal);
      return { outcome, missed: this.#missed.get(watched) ?? [] };
    } finally {
      watched.isRunning = false;
      this.#missed.delete(watched);
    }
  }

  #find(request: QueryRequest, isPart: boolean): WatchedQuery {
    const isShared = this.#anonymousPaths.has(request.functionPath);
    const key = keyOf(request, isShared);
    const found = this.#queries.get(key);
    // A page that has grown since it was first asked for is no answer to somebody new.
    const grows = found?.isStale && found.journal !== request.journal;
    if (found && !found.hasGrown && !grows) return found;
    const watched: WatchedQuery = {
      key,
      request,
      isShared,
      isPart,
      isStale: true,
      isRunning: false,
      runsAtTs: 0n,
      latest: null,
      journal: request.journal,
      hasGrown: false,
      intervals: [],
      subscriptions: new Set(),
    };
    this.#queries.set(key, watched);
    return watched;
  }

  /** Takes note of whether a function asks for its caller; true when this query is shared wrongly. */
  #learn(watched: WatchedQuery, usedIdentity: boolean): boolean {
    const { functionPath } = watched.request;
    if (usedIdentity) {
      this.#anonymousPaths.delete(functionPath);
      this.#personalPaths.add(functionPath);
      return watched.isShared;
    }
    if (!this.#personalPaths.has(functionPath)) {
      this.#anonymousPaths.add(functionPath);
      this.#share(watched);
    }
    return false;
  }

  /** Lets clients with other identities find a query that turned out to be the same for all. */
  #share(watched: WatchedQuery): void {
    if (watched.isShared) return;
    const key = keyOf(watched.request, true);
    if (this.#queries.has(key) || this.#queries.get(watched.key) !== watched) return;
    this.#queries.delete(watched.key);
    watched.key = key;
    watched.isShared = true;
    this.#queries.set(key, watched);
  }

  #leave(watched: WatchedQuery, subscription: Subscription): void {
    watched.subscriptions.delete(subscription);
    if (watched.subscriptions.size > 0) return;
    this.#registry.unwatch(watched.intervals, watched);
    watched.intervals = [];
    if (this.#queries.get(watched.key) === watched) this.#queries.delete(watched.key);
  }

  #move(subscription: Subscription): void {
    this.#leave(subscription.watched, subscription);
    subscription.watched = this.#find(subscription.request, false);
    subscription.watched.subscriptions.add(subscription);
  }

  #split(watched: WatchedQuery): Subscription[] {
    const subscriptions = [...watched.subscriptions];
    for (const subscription of subscriptions) this.#move(subscription);
    return subscriptions;
  }
}

/** Whether a change lies in what was read; more changes than were kept count as one that does. */
function touches(changes: readonly IndexChange[], intervals: readonly KeyInterval[]): boolean {
  if (changes.length === 0) return false;
  if (changes.length >= limits.missedChangesMax) return true;
  const reads = new SubscriptionRegistry<true>();
  reads.watch(intervals, true);
  const concerned = new Set<true>();
  reads.findConcerned(changes, concerned);
  return concerned.size > 0;
}

function keyOf({ functionPath, args, journal, caller }: QueryRequest, isShared: boolean): string {
  return JSON.stringify([functionPath, args, journal, isShared ? null : callerKey(caller)]);
}

function areSame(a: readonly KeyInterval[], b: readonly KeyInterval[]): boolean {
  if (a.length !== b.length) return false;
  for (let place = 0; place < a.length; place++) {
    const [one, other] = [a[place]!, b[place]!];
    if (one.index !== other.index || one.start !== other.start || one.end !== other.end) {
      return false;
    }
  }
  return true;
}
