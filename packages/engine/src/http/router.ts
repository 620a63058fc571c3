import type { IncomingMessage, ServerResponse } from "node:http";
import { EngineError } from "../base/engine-error.ts";
import { encodeTimestamp } from "../protocol/timestamp.ts";
import type { JSONObject } from "../values/json.ts";
import { senderOf } from "./authorization.ts";
import {
  type CallRequest,
  parseBatch,
  parseCallAddress,
  parseCallRequest,
  parseRunRequest,
  writeCallResult,
} from "./call-request.ts";
import type { CallResult, FunctionCaller, Sender } from "./function-caller.ts";
import { type HttpActionOptions, serveHttpAction } from "./http-action.ts";
import { HttpError, sendError, sendJson, sendText } from "./http-error.ts";
import { readBody } from "./request-body.ts";
import { type FileDoor, serveStorage } from "./storage.ts";
import { parseVariableChanges, type VariableChange } from "./variables.ts";

export type { CallResult, FunctionCaller, Sender } from "./function-caller.ts";
export { createSiteHandler } from "./http-action.ts";

export interface HttpHandlerOptions extends HttpActionOptions {
  /** What comes before `/api` and `/http` in addresses: `""` or, say, `/convex`. */
  mountPath: string;
  version: string;
  /** Sets and removes variables of functions, which take effect before it resolves. */
  changeVariables?: (changes: readonly VariableChange[]) => Promise<void>;
  /** Absent: nothing is stored here. */
  files?: FileDoor;
  /** The keys of tokens that functions sign; absent: they sign none. */
  publicKeys?: () => Promise<JSONObject>;
}

const RUN = "/api/run/";
const BODY_BYTES_MAX = 16 * 1024 * 1024;

type Call = (caller: FunctionCaller, request: CallRequest, from: Sender) => Promise<CallResult>;

const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  [
    "/api/query",
    (machine, { functionPath, args }, from) => machine.runQuery(functionPath, args, from),
  ],
  ["/api/query_at_ts", runQueryAt],
  [
    "/api/mutation",
    (machine, { functionPath, args }, from) => machine.runMutation(functionPath, args, from),
  ],
  [
    "/api/action",
    (machine, { functionPath, args }, from) => machine.runAction(functionPath, args, from),
  ],
  [
    "/api/function",
    (machine, { functionPath, args }, from) => machine.runFunction(functionPath, args, from),
  ],
]);

/**
 * Makes the handler of the deployment URL: calls of functions, HTTP actions under `/http`, and who
 * we are. Every request gets an answer; every refusal is `{code, message}`.
 *
 * Source: convex 1.48 `browser/http_client.ts`; SPEC HT1 to HT9.
 */
export function createHttpHandler(
  options: HttpHandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const target = withoutMount(request.url ?? "/", options.mountPath);
    const httpTarget = target === null ? null : withoutMount(target, "/http");
    if (httpTarget !== null) {
      void serveHttpAction(request, response, httpTarget, options);
      return;
    }
    serve(request, response, target, options).catch((error: unknown) =>
      sendError(response, error, options.log),
    );
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  target: string | null,
  options: HttpHandlerOptions,
): Promise<void> {
  allowOtherOrigins(request, response);
  if (request.method === "OPTIONS") {
    response.statusCode = 204;
    response.end();
    return;
  }
  const path = target?.split("?", 1)[0] ?? null;
  if (path === "/api/query" && (request.method === "GET" || request.method === "HEAD")) {
    const from = await senderOf(request, options);
    const { functionPath, args, format } = parseCallAddress(target!);
    const result = await options.caller.runQuery(functionPath, args, from);
    sendJson(response, 200, writeCallResult(result, format));
    return;
  }
  const runName = path?.startsWith(RUN) ? path.slice(RUN.length) : null;
  if (runName !== null || path === "/api/query_batch") {
    allowOnly(request, "POST");
    const body = await readBody(request, BODY_BYTES_MAX);
    const from = await senderOf(request, options);
    const answer =
      runName === null ? runBatch(body, from, options) : runNamed(runName, body, from, options);
    sendJson(response, 200, await answer);
    return;
  }
  const call = path === null ? undefined : CALLS.get(path);
  if (call !== undefined) {
    allowOnly(request, "POST");
    sendJson(response, 200, await serveCall(request, call, options));
    return;
  }
  if (target !== null && options.files && path?.startsWith("/api/storage/")) {
    await serveStorage(request, response, target, options.files);
    return;
  }
  switch (path) {
    case "/api/query_ts":
      allowOnly(request, "POST");
      await readBody(request, BODY_BYTES_MAX);
      sendJson(response, 200, `{"ts":"${encodeTimestamp(options.caller.latestTimestamp())}"}`);
      return;
    case "/.well-known/jwks.json":
      if (!options.publicKeys) break;
      allowOnly(request, "GET");
      sendJson(response, 200, JSON.stringify(await options.publicKeys()));
      return;
    case "/api/update_environment_variables":
      allowOnly(request, "POST");
      await updateVariables(request, options);
      sendJson(response, 200, "null");
      return;
    case "/version":
    case "/instance_version":
      allowOnly(request, "GET");
      sendText(response, 200, options.version);
      return;
    case "/instance_name":
      allowOnly(request, "GET");
      sendText(response, 200, "parley");
      return;
    case "/":
      allowOnly(request, "GET");
      sendText(response, 200, "This is a deployment that Convex clients can talk to.");
      return;
  }
  throw new HttpError(404, "NotFound", "There is nothing at this address.");
}

async function serveCall(
  request: IncomingMessage,
  call: Call,
  options: HttpHandlerOptions,
): Promise<string> {
  // The body first, also when the token is bad: an unread body would end the connection.
  const body = await readBody(request, BODY_BYTES_MAX);
  const from = await senderOf(request, options);
  const callRequest = parseCallRequest(body);
  return writeCallResult(await call(options.caller, callRequest, from), callRequest.format);
}

async function runNamed(
  name: string,
  body: Buffer,
  from: Sender,
  { caller }: HttpHandlerOptions,
): Promise<string> {
  const { functionPath, args, format } = parseRunRequest(name, body);
  return writeCallResult(await caller.runFunction(functionPath, args, from), format);
}

/** One moment for all, and one after another: nobody gets more of the machine for asking at once. */
async function runBatch(
  body: Buffer,
  from: Sender,
  { caller }: HttpHandlerOptions,
): Promise<string> {
  const ts = caller.latestTimestamp();
  const results: string[] = [];
  for (const { functionPath, args, format } of parseBatch(body)) {
    const result = await (caller.runQueryAt?.(functionPath, args, from, ts) ??
      caller.runQuery(functionPath, args, from));
    results.push(writeCallResult(result, format));
  }
  return `{"results":[${results.join(",")}]}`;
}

async function updateVariables(
  request: IncomingMessage,
  options: HttpHandlerOptions,
): Promise<void> {
  const body = await readBody(request, BODY_BYTES_MAX);
  const from = await senderOf(request, options);
  if (from.caller.kind !== "admin" || !options.changeVariables) {
    throw new HttpError(403, "Forbidden", "Only an admin may change variables.");
  }
  try {
    await options.changeVariables(parseVariableChanges(body));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new HttpError(400, error.kind, error.message);
  }
}

function runQueryAt(
  machine: FunctionCaller,
  { functionPath, args, ts }: CallRequest,
  from: Sender,
): Promise<CallResult> {
  if (ts === null) throw new HttpError(400, "BadJsonBody", 'The field "ts" must be a timestamp.');
  if (machine.runQueryAt === undefined) {
    throw new HttpError(400, "NoHistory", "This deployment keeps no older snapshots.");
  }
  return machine.runQueryAt(functionPath, args, from, ts);
}

/** `null` when the address is not under the mount. */
function withoutMount(target: string, mount: string): string | null {
  if (!target.startsWith("/") || !target.startsWith(mount)) return null;
  const rest = target.slice(mount.length);
  if (rest === "") return "/";
  if (rest.startsWith("?")) return `/${rest}`;
  return rest.startsWith("/") ? rest : null;
}

function allowOnly(request: IncomingMessage, method: "GET" | "POST"): void {
  const isAllowed = request.method === method || (method === "GET" && request.method === "HEAD");
  if (!isAllowed) throw new HttpError(405, "MethodNotAllowed", `Use ${method} here.`);
}

/**
 * Pages of any origin may call: what they may do depends on the token they hold, and no cookie is
 * ever looked at.
 */
function allowOtherOrigins(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("vary", "Origin");
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-allow-credentials", "true");
  if (request.method !== "OPTIONS") return;
  response.setHeader("access-control-allow-methods", "GET, POST, OPTIONS, PATCH, DELETE, PUT");
  response.setHeader("access-control-max-age", "86400");
  const wanted = request.headers["access-control-request-headers"];
  if (wanted !== undefined) response.setHeader("access-control-allow-headers", wanted);
}
