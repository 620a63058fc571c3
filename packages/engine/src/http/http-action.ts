import type { IncomingMessage, ServerResponse } from "node:http";
import type { Log } from "../base/environment.ts";
import { AuthenticationError } from "../identity/authentication-error.ts";
import type { Caller } from "../identity/caller.ts";
import { callerOf, type Gate } from "./authorization.ts";
import type { FunctionCaller } from "./function-caller.ts";
import { ClientGone, HttpError, sendError } from "./http-error.ts";
import { originOf } from "./origin.ts";
import { readBody } from "./request-body.ts";

export interface HttpActionOptions extends Gate {
  caller: FunctionCaller;
  /** Its origin is the origin that HTTP actions see in `request.url`. */
  siteUrl: string;
  log: Log;
}

const BODY_BYTES_MAX = 20 * 1024 * 1024;
const BODYLESS_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Headers about one connection and not about the message. */
const CONNECTION_HEADERS = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Makes the handler of the site's own port, where every path is an HTTP action's.
 *
 * SPEC HT6 to HT8.
 */
export function createSiteHandler(
  options: HttpActionOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) =>
    void serveHttpAction(request, response, request.url ?? "/", options);
}

/**
 * Runs the HTTP action for a request and sends what it answers. Never rejects.
 *
 * The request's body is read before the action starts; its response is streamed. No header is added
 * for other origins: actions answer OPTIONS themselves.
 *
 * @param target Path and query as the functions' router knows them.
 */
export async function serveHttpAction(
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  options: HttpActionOptions,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    const caller = await actionCaller(request.headers.authorization, options);
    const webRequest = await toWebRequest(request, target, options.siteUrl, gone.signal);
    const origin = originOf(request, options.readAddress);
    const answer = await options.caller.runHttpAction(webRequest, { caller, origin });
    await sendWebResponse(answer, request.method === "HEAD", response);
  } catch (error) {
    sendError(response, error, options.log);
  }
}

/**
 * The header may be for the action alone, another service's signature say: so it does not turn the
 * request away, but an action that asks who this is must not be told "nobody".
 */
async function actionCaller(header: string | undefined, gate: Gate): Promise<Caller> {
  // What is plainly no token of ours is not worth a line in the log either.
  if (header?.startsWith("Bearer ") && header.split(".").length !== 3) {
    return { kind: "invalid-token" };
  }
  try {
    return await callerOf(header, gate);
  } catch (error) {
    if (error instanceof AuthenticationError) return { kind: "invalid-token" };
    throw error;
  }
}

async function toWebRequest(
  request: IncomingMessage,
  target: string,
  siteUrl: string,
  signal: AbortSignal,
): Promise<Request> {
  const method = request.method ?? "GET";
  const body = await readBody(request, BODY_BYTES_MAX);
  const headers = new Headers();
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]!;
    if (!CONNECTION_HEADERS.has(name.toLowerCase())) {
      headers.append(name, request.rawHeaders[i + 1]!);
    }
  }
  try {
    // By concatenation: resolved against a base, a path like //host would name another host.
    return new Request(new URL(siteUrl).origin + target, {
      method,
      headers,
      signal,
      ...(BODYLESS_METHODS.has(method) ? {} : { body }),
    });
  } catch {
    throw new HttpError(400, "BadRequest", "The request's method or address is not valid.");
  }
}

async function sendWebResponse(
  answer: Response,
  isHead: boolean,
  response: ServerResponse,
): Promise<void> {
  response.statusCode = answer.status;
  answer.headers.forEach((value, name) => {
    if (CONNECTION_HEADERS.has(name) || name === "set-cookie") return;
    response.setHeader(name, value);
  });
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader("set-cookie", cookies);
  if (answer.body === null || isHead) {
    await answer.body?.cancel();
    response.end();
    return;
  }
  // The client may have to see the head long before an event stream's first event.
  response.flushHeaders();
  await pump(answer.body, response);
}

async function pump(body: ReadableStream<Uint8Array>, response: ServerResponse): Promise<void> {
  const reader = body.getReader();
  const closed = new Promise<never>((_, reject) =>
    response.once("close", () => reject(new ClientGone())),
  );
  // The client may leave between two races; nobody is waiting for it then.
  closed.catch(() => {});
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), closed]);
      if (done) break;
      bytes += value.length;
      if (bytes > BODY_BYTES_MAX) throw new Error("The response of an HTTP action is over 20 MiB.");
      if (!response.write(value)) {
        await Promise.race([new Promise((resolve) => response.once("drain", resolve)), closed]);
      }
    }
  } catch (error) {
    void reader.cancel().catch(() => {});
    throw error;
  }
  response.end();
}
