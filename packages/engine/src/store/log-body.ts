import type { RequestRecord } from "../persistence/persistence.ts";
import type { JSONObject } from "../values/json.ts";
import type { DocumentChange } from "./document-change.ts";

/** What a log record tells about one document: its text, or null for "deleted". */
export interface LoggedWrite {
  id: string;
  value: JSONObject | null;
}

export interface LoggedCommit {
  writes: LoggedWrite[];
  request: RequestRecord | null;
}

/** The text of one commit for the log; document texts are embedded as they are, not encoded twice. */
export function encodeLogBody(
  changes: readonly DocumentChange[],
  request: RequestRecord | null,
): string {
  const writes = changes
    .map(({ id, after }) => `[${JSON.stringify(id)},${after ? after.json : "null"}]`)
    .join(",");
  const logged = request
    ? JSON.stringify([request.sessionId, request.requestId, request.wallMs, request.outcome])
    : "null";
  return `{"writes":[${writes}],"request":${logged}}`;
}

export function decodeLogBody(body: string, ts: bigint): LoggedCommit {
  const parsed = JSON.parse(body) as {
    writes: Array<[string, JSONObject | null]>;
    request: [string, number, number, string] | null;
  };
  let request: RequestRecord | null = null;
  if (parsed.request) {
    const [sessionId, requestId, wallMs, outcome] = parsed.request;
    request = { sessionId, requestId, ts, wallMs, outcome };
  }
  return { writes: parsed.writes.map(([id, value]) => ({ id, value })), request };
}
