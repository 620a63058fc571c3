import { encodeTimestamp } from "./timestamp.ts";

/**
 * What the server says on the socket, as text. Values come in already serialised: one result goes
 * to many sockets, and is written once for all of them.
 *
 * Source: convex 1.48 `browser/sync/protocol.ts`; SPEC PR5 to PR9.
 */

/** Where a client stands, or shall stand after a transition. */
export interface StateVersion {
  querySet: number;
  identity: number;
  ts: bigint;
}

/** Parts of a message that are JSON texts have names that end in `Json`. */
interface QueryResultText {
  valueJson: string;
  logLinesJson: string;
  journal: string | null;
}

interface FailureText {
  errorMessage: string;
  /**
   * Only for a ConvexError: the mere presence of the field, even of `null`, makes the client
   * throw one.
   */
  errorDataJson?: string;
  logLinesJson: string;
}

type RequestFailure = { requestId: number; success: false } & FailureText;

/** The only message that resets a browser's inactivity timer without saying anything. */
export const PING = '{"type":"Ping"}';

/** A `QueryUpdated` from behind the queryId on; the same for everybody who has this result. */
export function queryUpdatedTail({ valueJson, logLinesJson, journal }: QueryResultText): string {
  return `"value":${valueJson},"logLines":${logLinesJson},"journal":${JSON.stringify(journal)}}`;
}

/** A modification of a transition: the query has this result now. */
export function queryUpdated(update: { queryId: number } & QueryResultText): string {
  return queryUpdatedFromTail(update.queryId, queryUpdatedTail(update));
}

/** The modification for one client, from a shared {@link queryUpdatedTail}. */
export function queryUpdatedFromTail(queryId: number, tail: string): string {
  return `{"type":"QueryUpdated","queryId":${queryId},${tail}`;
}

/** A `QueryFailed` from behind the queryId on. */
export function queryFailedTail(failure: FailureText & { journal: string | null }): string {
  return (
    `"errorMessage":${JSON.stringify(failure.errorMessage)},${errorData(failure)}` +
    `"logLines":${failure.logLinesJson},"journal":${JSON.stringify(failure.journal)}}`
  );
}

/** A modification of a transition: the query throws this now. */
export function queryFailed(
  failure: { queryId: number; journal: string | null } & FailureText,
): string {
  return queryFailedFromTail(failure.queryId, queryFailedTail(failure));
}

/** The modification for one client, from a shared {@link queryFailedTail}. */
export function queryFailedFromTail(queryId: number, tail: string): string {
  return `{"type":"QueryFailed","queryId":${queryId},${tail}`;
}

/** A modification of a transition: the query is not in the query set any more. */
export function queryRemoved(queryId: number): string {
  return `{"type":"QueryRemoved","queryId":${queryId}}`;
}

/**
 * The step of a client from one version to the next.
 *
 * @param transition.start Exactly the `end` of the socket's last transition, or 0/0/0: a client that
 *   sees a gap is stuck for ever.
 * @param transition.modifications Texts by the functions above.
 * @param transition.clientClockSkewMs How far the client's clock is ahead.
 * @param transition.serverTs The server's clock in nanoseconds.
 */
export function transition(message: TransitionEnds & { modifications: readonly string[] }): string {
  const { head, foot } = transitionEnds(message);
  return `${head}${message.modifications.join(",")}${foot}`;
}

interface TransitionEnds {
  start: StateVersion;
  end: StateVersion;
  clientClockSkewMs?: number;
  serverTs?: number;
}

/** What stands in a {@link transition} before and behind its modifications. */
export function transitionEnds({ start, end, clientClockSkewMs, serverTs }: TransitionEnds): {
  head: string;
  foot: string;
} {
  const skew = clientClockSkewMs === undefined ? "" : `,"clientClockSkew":${clientClockSkewMs}`;
  const clock = serverTs === undefined ? "" : `,"serverTs":${serverTs}`;
  const versions = `"startVersion":${stateVersion(start)},"endVersion":${stateVersion(end)}`;
  return {
    head: `{"type":"Transition",${versions},"modifications":[`,
    foot: `]${skew}${clock}}`,
  };
}

/**
 * Splits a transition that is too large for one frame.
 *
 * @param text A transition.
 * @param maxBytes The most UTF-8 bytes of `text` in one frame, at least 4. The frame around it and
 *   the quoting come on top.
 * @param transitionId The same for all chunks, different between transitions of a socket.
 * @returns Frames to send one after the other with no other message between them, except a ping;
 *   `[text]` when it fits.
 */
export function transitionChunks(text: string, maxBytes: number, transitionId: string): string[] {
  if (Buffer.byteLength(text) <= maxBytes) return [text];
  const chunks = splitByBytes(text, maxBytes);
  return chunks.map(
    (chunk, partNumber) =>
      `{"type":"TransitionChunk","chunk":${JSON.stringify(chunk)},"partNumber":${partNumber},` +
      `"totalParts":${chunks.length},"transitionId":${JSON.stringify(transitionId)}}`,
  );
}

/**
 * The outcome of a mutation. After a success the client waits for a transition with `ts` or later
 * before it tells anybody.
 */
export function mutationResponse(
  response:
    | { requestId: number; success: true; resultJson: string; ts: bigint; logLinesJson: string }
    | RequestFailure,
): string {
  if (!response.success) return failedResponse("MutationResponse", response);
  return (
    `{"type":"MutationResponse","requestId":${response.requestId},"success":true,` +
    `"result":${response.resultJson},"ts":"${encodeTimestamp(response.ts)}",` +
    `"logLines":${response.logLinesJson}}`
  );
}

/** The outcome of an action. */
export function actionResponse(
  response:
    | { requestId: number; success: true; resultJson: string; logLinesJson: string }
    | RequestFailure,
): string {
  if (!response.success) return failedResponse("ActionResponse", response);
  return (
    `{"type":"ActionResponse","requestId":${response.requestId},"success":true,` +
    `"result":${response.resultJson},"logLines":${response.logLinesJson}}`
  );
}

/**
 * The client's token is refused or has expired; the socket is closed after it.
 *
 * @param refusal.baseVersion The identity version in force.
 * @param refusal.authUpdateAttempted True: an `Authenticate` was refused. False: a token that had
 *   been accepted has expired.
 */
export function authError(refusal: {
  error: string;
  baseVersion: number;
  authUpdateAttempted: boolean;
}): string {
  const { error, baseVersion, authUpdateAttempted } = refusal;
  return JSON.stringify({ type: "AuthError", error, baseVersion, authUpdateAttempted });
}

/** Ends the client for good: it does not reconnect. Only for a client that breaks the protocol. */
export function fatalError(error: string): string {
  return JSON.stringify({ type: "FatalError", error });
}

function failedResponse(type: string, failure: RequestFailure): string {
  return (
    `{"type":"${type}","requestId":${failure.requestId},"success":false,` +
    `"result":${JSON.stringify(failure.errorMessage)},${errorData(failure)}` +
    `"logLines":${failure.logLinesJson}}`
  );
}

function errorData({ errorDataJson }: FailureText): string {
  return errorDataJson === undefined ? "" : `"errorData":${errorDataJson},`;
}

function stateVersion({ querySet, identity, ts }: StateVersion): string {
  return `{"querySet":${querySet},"identity":${identity},"ts":"${encodeTimestamp(ts)}"}`;
}

function splitByBytes(text: string, maxBytes: number): string[] {
  const chunks: string[] = [];
  let start = 0;
  let bytes = 0;
  for (let i = 0; i < text.length; ) {
    const codePoint = text.codePointAt(i) ?? 0;
    const size = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    if (bytes + size > maxBytes && i > start) {
      chunks.push(text.slice(start, i));
      start = i;
      bytes = 0;
    }
    bytes += size;
    i += codePoint > 0xffff ? 2 : 1;
  }
  chunks.push(text.slice(start));
  return chunks;
}
