import { callerKey } from "../identity/caller.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { IndexChange } from "../store/overlay.ts";
import type { SubscriptionRegistry } from "../subscriptions/subscription-registry.ts";
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
 * once for everybody.
 */
export class WatchedQueries {
  readonly #runtime: Runtime;
  readonly #registry: SubscriptionRegistry<WatchedQuery>;
  readonly #queries = new Map<string, WatchedQuery>();
  readonly #anonymousPaths = new Set<string>();
  readonly #personalPaths = new Set<string>();
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
    const watched = this.#find(request);
    const subscription: Subscription = {
      session,
      queryId,
      request,
      watched,
      sent: null,
      isRemoved: false,
    };
    watched.subscriptions.add(subscription);
    return subscription;
  }

  unsubscribe(subscription: Subscription): void {
    subscription.isRemoved = true;
    this.#leave(subscription);
  }

  /** Moves a subscription to the query as another caller sees it; false when it is the same one. */
  changeCaller(subscription: Subscription, caller: QueryRequest["caller"]): boolean {
    const { journal } = subscription.watched;
    subscription.request = { ...subscription.request, caller, journal };
    if (subscription.watched.isShared) return false;
    if (callerKey(subscription.watched.request.caller) === callerKey(caller)) return false;
    this.#move(subscription);
    return true;
  }

  /** Marks the queries whose reads contain a changed key; returns those that were not marked yet. */
  markChanged(changes: readonly IndexChange[]): Set<WatchedQuery> {
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
    const { functionPath, args, caller } = watched.request;
    this.runs++;
    const outcome = await this.#runtime.runQuery(
      { path: functionPath, args, caller, allowsInternal: caller.kind === "admin" },
      ts,
      watched.journal,
    );
    if (watched.subscriptions.size === 0) return [];
    if (outcome.usedIdentity) {
      this.#anonymousPaths.delete(functionPath);
      this.#personalPaths.add(functionPath);
    } else if (!this.#personalPaths.has(functionPath)) {
      this.#anonymousPaths.add(functionPath);
      this.#share(watched);
    }
    if (watched.isShared && outcome.usedIdentity) return this.#split(watched);

    this.#registry.unwatch(watched.intervals, watched);
    watched.intervals = outcome.readSet.intervals;
    this.#registry.watch(watched.intervals, watched);
    const result = shareResult(outcome);
    if (watched.latest?.fingerprint !== result.fingerprint) watched.latest = result;
    watched.hasGrown ||= watched.journal !== watched.request.journal;
    watched.journal = outcome.journal;
    watched.isStale = false;
    return [];
  }

  #find(request: QueryRequest): WatchedQuery {
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
      isStale: true,
      latest: null,
      journal: request.journal,
      hasGrown: false,
      intervals: [],
      subscriptions: new Set(),
    };
    this.#queries.set(key, watched);
    return watched;
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

  #leave(subscription: Subscription): void {
    const { watched } = subscription;
    watched.subscriptions.delete(subscription);
    if (watched.subscriptions.size > 0) return;
    this.#registry.unwatch(watched.intervals, watched);
    watched.intervals = [];
    if (this.#queries.get(watched.key) === watched) this.#queries.delete(watched.key);
  }

  #move(subscription: Subscription): void {
    this.#leave(subscription);
    subscription.watched = this.#find(subscription.request);
    subscription.watched.subscriptions.add(subscription);
  }

  #split(watched: WatchedQuery): Subscription[] {
    const subscriptions = [...watched.subscriptions];
    for (const subscription of subscriptions) this.#move(subscription);
    return subscriptions;
  }
}

function keyOf({ functionPath, args, journal, caller }: QueryRequest, isShared: boolean): string {
  return JSON.stringify([functionPath, args, journal, isShared ? null : callerKey(caller)]);
}
