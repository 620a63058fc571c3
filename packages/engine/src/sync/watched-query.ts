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

/** Shorter results are not worth a piece of their own. */
const SHARED_LENGTH_MIN = 1_024;

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
  /** The same in UTF-8, once that has been wanted. */
  tailBytes: Uint8Array | null;
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
  /** About; of what is held for it in memory for as long as it is open. */
  argsLength: number;
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
  /** The timestamp of the run that is under way, or was the last. */
  runsAtTs: bigint;
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

/** What tells one client about a result: the beginning is its own, the rest everybody's. */
export interface Modification {
  beginning: string;
  /** null: the beginning is all. */
  result: SharedResult | null;
  /** Whether others are sent the result as well. */
  isShared: boolean;
}

export function modificationOf(
  queryId: number,
  watched: WatchedQuery,
  result: SharedResult,
): Modification {
  const beginning = result.isFailure
    ? queryFailedFromTail(queryId, "")
    : queryUpdatedFromTail(queryId, "");
  return { beginning, result, isShared: watched.subscriptions.size > 1 };
}

/** A long result that several clients get, as bytes that are written once; null for others. */
export function sharedBytes({ result, isShared }: Modification): Uint8Array | null {
  if (result === null || !isShared || result.tail.length < SHARED_LENGTH_MIN) return null;
  result.tailBytes ??= Buffer.from(result.tail);
  return result.tailBytes;
}

export function shareResult({ result, journal }: QueryOutcome): SharedResult {
  const logLinesJson = JSON.stringify(result.logLines);
  if (result.ok) {
    const tail = queryUpdatedTail({ valueJson: result.valueJson, logLinesJson, journal });
    return { isFailure: false, tail, tailBytes: null, fingerprint: tail };
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
  return { isFailure: true, tail, tailBytes: null, fingerprint };
}
