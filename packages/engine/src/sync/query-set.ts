import { limits } from "../base/limits.ts";
import type { Caller } from "../identity/caller.ts";
import type { AddQuery, ModifyQuerySetMessage } from "../protocol/client-message.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { queryFailed, queryRemoved } from "../protocol/server-message.ts";
import type { SyncSession } from "./session.ts";
import type { WatchedQueries } from "./watched-queries.ts";
import type { Subscription } from "./watched-query.ts";

/** What a client is to be told about its queries. */
export interface QueryNews {
  /** Those that may have a new result. */
  pending: Subscription[];
  /** Modifications that follow from no run: of queries that were removed or refused. */
  notices: string[];
}

/** The queries that one client has open, within bounds, and what it has not been told of them yet. */
export class QuerySet {
  readonly #session: SyncSession;
  readonly #watchedQueries: WatchedQueries;
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #pending = new Set<Subscription>();
  #notices: string[] = [];
  /** Queries that are not run, because the client has too many open. */
  readonly #refused = new Set<number>();
  #version = 0;
  /** Of all open queries. */
  #argsLength = 0;

  constructor(session: SyncSession, watchedQueries: WatchedQueries) {
    this.#session = session;
    this.#watchedQueries = watchedQueries;
  }

  /** What the client has asked for last. */
  get version(): number {
    return this.#version;
  }

  /** @throws ProtocolError when the message does not fit to what came before. */
  modify(message: ModifyQuerySetMessage, caller: Caller): void {
    if (message.baseVersion !== this.#version || message.newVersion <= message.baseVersion) {
      throw new ProtocolError(
        `ModifyQuerySet goes from ${message.baseVersion} to ${message.newVersion}, but the query set is at ${this.#version}.`,
      );
    }
    for (const modification of message.modifications) {
      if (modification.type === "Remove") this.#remove(modification.queryId);
      else this.#add(modification, caller);
    }
    this.#version = message.newVersion;
  }

  /** The client is somebody else now: what may look different to them is asked again. */
  changeCaller(caller: Caller): void {
    for (const subscription of this.#subscriptions.values()) {
      if (this.#watchedQueries.changeCaller(subscription, caller)) this.note(subscription);
    }
  }

  /** A query may have a new result. */
  note(subscription: Subscription): void {
    this.#pending.add(subscription);
  }

  get hasPending(): boolean {
    return this.#pending.size > 0;
  }

  /** Everything that has not been told. The version, where it has moved, is told with it. */
  takeNews(): QueryNews {
    const news = { pending: [...this.#pending], notices: this.#notices };
    this.#pending.clear();
    this.#notices = [];
    return news;
  }

  /** It could not be told after all. */
  giveBack({ pending, notices }: QueryNews): void {
    for (const subscription of pending) {
      if (!subscription.isRemoved) this.#pending.add(subscription);
    }
    this.#notices.unshift(...notices);
  }

  close(): void {
    for (const subscription of this.#subscriptions.values()) {
      this.#watchedQueries.unsubscribe(subscription);
    }
    this.#subscriptions.clear();
    this.#pending.clear();
  }

  #add({ queryId, functionPath, args, journal }: AddQuery, caller: Caller): void {
    if (this.#subscriptions.has(queryId) || this.#refused.has(queryId)) {
      throw new ProtocolError(`Query ${queryId} is in the query set already.`);
    }
    if (this.#subscriptions.size >= limits.socketQueriesMax) {
      this.#refuse(
        queryId,
        `TooManyQueries: one connection may have ${limits.socketQueriesMax} open.`,
      );
      return;
    }
    const request = { functionPath, args, caller, journal };
    const subscription = this.#watchedQueries.subscribe(this.#session, queryId, request);
    const argsLength = this.#argsLength + subscription.argsLength;
    // One query alone may have arguments as large as any call's.
    if (argsLength > limits.socketQueryArgsMax && this.#subscriptions.size > 0) {
      this.#watchedQueries.unsubscribe(subscription);
      this.#refuse(
        queryId,
        `The arguments of one connection's open queries are too large together (limit: ${limits.socketQueryArgsMax}).`,
      );
      return;
    }
    this.#argsLength = argsLength;
    this.#subscriptions.set(queryId, subscription);
    this.#pending.add(subscription);
  }

  #remove(queryId: number): void {
    const existing = this.#subscriptions.get(queryId);
    if (existing) {
      this.#watchedQueries.unsubscribe(existing);
      this.#subscriptions.delete(queryId);
      this.#argsLength -= existing.argsLength;
      this.#pending.delete(existing);
    } else if (!this.#refused.delete(queryId)) {
      throw new ProtocolError(`Query ${queryId} is not in the query set.`);
    }
    this.#notices.push(queryRemoved(queryId));
  }

  /** It fails alone, for good: a FatalError would end a page for what one of its parts asks. */
  #refuse(queryId: number, errorMessage: string): void {
    if (this.#refused.size >= limits.socketQueriesMax) {
      throw new ProtocolError(`More than ${limits.socketQueriesMax} queries were refused.`);
    }
    this.#refused.add(queryId);
    this.#notices.push(queryFailed({ queryId, errorMessage, logLinesJson: "[]", journal: null }));
  }
}
