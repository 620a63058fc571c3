import type { Caller } from "../identity/caller.ts";
import {
  queryFailedFromTail,
  queryFailedTail,
  queryUpdatedFromTail,
  queryUpdatedTail,
} from "../protocol/server-message.ts";
import type { QueryOutcome } from "../runtime/outcome.ts";
import type { KeyInterval } from "../store/read-set.ts";
import type { JSONObject } from "../values/json.ts";
import type { SyncSession } from "./session.ts";

/** A query as clients ask for it. */
export interface QueryRequest {
  /** Of the function, or of a part of it. */
  functionPath: string;
  args: JSONObject;
  caller: Caller;
  journal: string | null;
}

/** A result in the form in which it is sent, written once for everybody who gets it. */
export interface SharedResult {
  isFailure: boolean;
  /** The modification's text behind the query id. */
  tail: string;
  /** Equal for results that clients cannot tell apart. */
  fingerprint: string;
}

/** One client's interest in a watched query. */
export interface Subscription {
  session: SyncSession;
  queryId: number;
  /** What the client asked for, should it have to be asked again under another identity. */
  request: QueryRequest;
  /** Whether the caller may see the result; null where the function itself finds out. */
  gate: WatchedQuery | null;
  watched: WatchedQuery;
  /** What the client was sent last; null before the first result. */
  sent: SharedResult | null;
  isRemoved: boolean;
}

/** One query that at least one client has open, evaluated once for all of them. */
export interface WatchedQuery {
  key: string;
  request: QueryRequest;
  /** Whether clients with other identities share it. */
  isShared: boolean;
  /** A gate, or what is behind one, and not a whole function. */
  isPart: boolean;
  /** Whether the result may have changed since it was computed; true before the first run. */
  isStale: boolean;
  /** A turn has begun to run it and, if that turn is over, has gone on without it. */
  isRunning: boolean;
  latest: SharedResult | null;
  /** Where the page ended when it ran last; the next run ends there again. */
  journal: string | null;
  /** Whether it has run again to a page end that was fixed before. */
  hasGrown: boolean;
  /** The reads of the run that gave `latest`, as they stand in the subscription registry. */
  intervals: readonly KeyInterval[];
  subscriptions: Set<Subscription>;
}

/** Whether the caller may see the result, as far as is known now. */
export function isLetIn({ gate }: Subscription): boolean {
  return gate === null || (!gate.isStale && gate.latest !== null && !gate.latest.isFailure);
}

/** Whether its result is still being found out, in its own time. */
export function isWaiting({ gate, watched }: Subscription): boolean {
  return watched.isRunning || gate?.isRunning === true;
}

/** What the client is to be shown; null while something has to be run for it first. */
export function resultOf(subscription: Subscription): SharedResult | null {
  const { gate, watched } = subscription;
  if (!isLetIn(subscription)) return gate?.isStale ? null : (gate?.latest ?? null);
  return watched.isStale ? null : watched.latest;
}

/** The modification that tells one client about a result. */
export function modificationOf(queryId: number, result: SharedResult): string {
  return result.isFailure
    ? queryFailedFromTail(queryId, result.tail)
    : queryUpdatedFromTail(queryId, result.tail);
}

export function shareResult({ result, journal }: QueryOutcome): SharedResult {
  const logLinesJson = JSON.stringify(result.logLines);
  if (result.ok) {
    const tail = queryUpdatedTail({ valueJson: result.valueJson, logLinesJson, journal });
    return { isFailure: false, tail, fingerprint: tail };
  }
  const { errorMessage, errorDataJson } = result;
  const tail = queryFailedTail({
    errorMessage,
    ...(errorDataJson === undefined ? {} : { errorDataJson }),
    logLinesJson,
    journal,
  });
  // Every failure has a request id of its own, which alone is no news.
  const fingerprint = tail.replace(/\[Request ID: [0-9a-f]+\]/, "");
  return { isFailure: true, tail, fingerprint };
}
