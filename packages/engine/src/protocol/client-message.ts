import { isJSONObject, type JSONObject, type JSONValue } from "../values/json.ts";
import { JSON_NESTING_MAX, nestsTooDeeply } from "../values/json-nesting.ts";
import { canonicalFunctionPath, functionNameIn } from "./function-path.ts";
import { ProtocolError } from "./protocol-error.ts";
import { decodeTimestamp } from "./timestamp.ts";

/** Everything a client may say on the socket. Source: convex 1.48 `browser/sync/protocol.ts`. */
export type ClientMessage =
  | ConnectMessage
  | AuthenticateMessage
  | ModifyQuerySetMessage
  | MutationMessage
  | ActionMessage
  | EventMessage;

/** Always first on a socket. */
export interface ConnectMessage {
  type: "Connect";
  /** One per client object; survives reconnects, lost on reload. */
  sessionId: string;
  /** 0 for the first socket of the session. */
  connectionCount: number;
  lastCloseReason: string | null;
  maxObservedTimestamp: bigint | null;
  /** The client's clock in milliseconds; `null` from clients that do not say. */
  clientTs: number | null;
}

export type AuthenticateMessage = {
  type: "Authenticate";
  /** The identity version that the client has; the next one is the version of this token. */
  baseVersion: number;
} & (
  | { tokenType: "None" }
  | { tokenType: "User"; value: string }
  | { tokenType: "Admin"; value: string; impersonating: JSONObject | null }
);

export interface ModifyQuerySetMessage {
  type: "ModifyQuerySet";
  baseVersion: number;
  newVersion: number;
  modifications: QuerySetModification[];
}

export type QuerySetModification = AddQuery | RemoveQuery;

export interface AddQuery {
  type: "Add";
  queryId: number;
  functionPath: string;
  args: JSONObject;
  /** What an earlier run of the query decided; `null` for a first run. */
  journal: string | null;
}

export interface RemoveQuery {
  type: "Remove";
  queryId: number;
}

export interface MutationMessage {
  type: "Mutation";
  requestId: number;
  functionPath: string;
  args: JSONObject;
}

export interface ActionMessage {
  type: "Action";
  requestId: number;
  functionPath: string;
  args: JSONObject;
}

/** Telemetry; nobody needs what it says. */
export interface EventMessage {
  type: "Event";
  eventType: string;
}

/** Bounds on one message. Its size is bounded where the frame is received. */
export const CLIENT_MESSAGE_LIMITS = {
  sessionIdLengthMax: 128,
  closeReasonLengthMax: 4096,
  tokenLengthMax: 64 * 1024,
  modificationsMax: 10_000,
  journalLengthMax: 64 * 1024,
  pathLengthMax: 512,
} as const;

const LIMITS = CLIENT_MESSAGE_LIMITS;
const VERSION_MAX = 0xffff_ffff;

/**
 * Reads one text frame of a client. Arguments are any JSON object: whether they are *values* is
 * for the one who runs the function.
 *
 * @throws ProtocolError when the frame is not JSON, nests too deeply or is not one of the messages.
 * SPEC PR1 to PR4.
 */
export function parseClientMessage(text: string): ClientMessage {
  if (nestsTooDeeply(text)) {
    throw new ProtocolError(`A message may nest at most ${JSON_NESTING_MAX} levels deep.`);
  }
  const json = parseJson(text);
  if (!isJSONObject(json)) throw new ProtocolError("A message must be a JSON object.");
  switch (json.type) {
    case "Connect":
      return parseConnect(json);
    case "Authenticate":
      return parseAuthenticate(json);
    case "ModifyQuerySet":
      return parseModifyQuerySet(json);
    case "Mutation":
    case "Action":
      return { type: json.type, requestId: integer(json, "requestId"), ...parseCall(json) };
    case "Event":
      return { type: "Event", eventType: string(json, "eventType", 256) };
    default:
      throw new ProtocolError("Unknown type of message.");
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError("A message must be JSON.", { cause });
  }
}

function parseConnect(json: JSONObject): ConnectMessage {
  const { maxObservedTimestamp: observed, clientTs } = json;
  if (observed != null && typeof observed !== "string")
    throw wrong("maxObservedTimestamp", "a string");
  if (clientTs != null && typeof clientTs !== "number") throw wrong("clientTs", "a number");
  return {
    type: "Connect",
    sessionId: nonEmpty("sessionId", string(json, "sessionId", LIMITS.sessionIdLengthMax)),
    connectionCount: integer(json, "connectionCount"),
    // A reason is for the log only: too long a one is no reason to turn a client away for ever.
    lastCloseReason:
      optionalText(json, "lastCloseReason")?.slice(0, LIMITS.closeReasonLengthMax) ?? null,
    maxObservedTimestamp: observed == null ? null : decodeTimestamp(observed),
    clientTs: clientTs ?? null,
  };
}

function parseAuthenticate(json: JSONObject): AuthenticateMessage {
  const baseVersion = integer(json, "baseVersion");
  switch (json.tokenType) {
    case "None":
      return { type: "Authenticate", baseVersion, tokenType: "None" };
    case "User":
      return {
        type: "Authenticate",
        baseVersion,
        tokenType: "User",
        value: string(json, "value", LIMITS.tokenLengthMax),
      };
    case "Admin": {
      const impersonating = json.impersonating ?? null;
      if (impersonating !== null && !isJSONObject(impersonating)) {
        throw wrong("impersonating", "an object");
      }
      return {
        type: "Authenticate",
        baseVersion,
        tokenType: "Admin",
        value: string(json, "value", LIMITS.tokenLengthMax),
        impersonating,
      };
    }
    default:
      throw wrong("tokenType", '"User", "Admin" or "None"');
  }
}

function parseModifyQuerySet(json: JSONObject): ModifyQuerySetMessage {
  const { modifications } = json;
  if (!Array.isArray(modifications)) throw wrong("modifications", "an array");
  if (modifications.length > LIMITS.modificationsMax) {
    throw new ProtocolError(
      `A message may hold at most ${LIMITS.modificationsMax} modifications of the query set.`,
    );
  }
  return {
    type: "ModifyQuerySet",
    baseVersion: integer(json, "baseVersion"),
    newVersion: integer(json, "newVersion"),
    modifications: modifications.map(parseModification),
  };
}

function parseModification(json: JSONValue): QuerySetModification {
  if (!isJSONObject(json)) throw wrong("modifications", "an array of objects");
  const queryId = integer(json, "queryId");
  switch (json.type) {
    case "Add":
      return { type: "Add", queryId, ...parseCall(json), journal: parseJournal(json) };
    case "Remove":
      return { type: "Remove", queryId };
    default:
      throw new ProtocolError("Unknown type of modification.");
  }
}

function parseJournal(json: JSONObject): string | null {
  const journal = optionalText(json, "journal");
  if (journal !== null && journal.length > LIMITS.journalLengthMax) {
    throw wrong("journal", `at most ${LIMITS.journalLengthMax} characters long`);
  }
  return journal;
}

function parseCall(json: JSONObject): {
  functionPath: string;
  args: JSONObject;
} {
  const functionPath = canonicalFunctionPath(string(json, "udfPath", LIMITS.pathLengthMax));
  const args = parseArgs(json.args);
  if (json.componentPath == null) return { functionPath, args };
  const component = string(json, "componentPath", LIMITS.pathLengthMax);
  return { functionPath: functionNameIn(component, functionPath), args };
}

function parseArgs(json: JSONValue | undefined): JSONObject {
  const args = Array.isArray(json) && json.length === 1 ? json[0] : undefined;
  if (!isJSONObject(args)) throw wrong("args", "an array of exactly one object");
  return args;
}

function integer(json: JSONObject, field: string): number {
  const value = json[field];
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > VERSION_MAX) {
    throw wrong(field, "an unsigned 32-bit integer");
  }
  return value;
}

function string(json: JSONObject, field: string, lengthMax: number): string {
  const value = json[field];
  if (typeof value !== "string") throw wrong(field, "a string");
  if (value.length > lengthMax) throw wrong(field, `at most ${lengthMax} characters long`);
  return value;
}

function optionalText(json: JSONObject, field: string): string | null {
  const value = json[field] ?? null;
  if (value !== null && typeof value !== "string") throw wrong(field, "a string or null");
  return value;
}

function nonEmpty(field: string, value: string): string {
  if (value === "") throw wrong(field, "a string that is not empty");
  return value;
}

function wrong(field: string, expected: string): ProtocolError {
  return new ProtocolError(`Field "${field}" of a message must be ${expected}.`);
}
