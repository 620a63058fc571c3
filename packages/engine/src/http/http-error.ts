import type { ServerResponse } from "node:http";
import { EngineError } from "../base/engine-error.ts";
import type { Log } from "../base/environment.ts";
import { tameThrown, UNREADABLE } from "../base/thrown.ts";
import { AuthenticationError } from "../identity/authentication-error.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";

/** A request that is answered with a status and `{code, message}` instead of a result. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The client has gone away; there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";
}

/** Answers a request that failed, whatever was thrown. What is not meant for the client is logged. */
export function sendError(response: ServerResponse, thrown: unknown, log: Log): void {
  // A stream that a function answers with fails with whatever it likes.
  const error = tameThrown(thrown);
  if (error instanceof ClientGone || response.destroyed) return;
  if (response.headersSent) {
    // Half an answer is out: to cut it off is the only way left to say that it failed.
    log("error", "A response failed half-way.", { reason: reasonOf(error) });
    response.destroy();
    return;
  }
  const { status, code, message, retryAfterMs } = describe(error, log);
  if (retryAfterMs !== null) {
    response.setHeader("retry-after", Math.max(1, Math.ceil(retryAfterMs / 1000)));
  }
  sendJson(response, status, JSON.stringify({ code, message }));
}

/** Sends JSON text. */
export function sendJson(response: ServerResponse, status: number, json: string): void {
  send(response, status, "application/json", json);
}

/** Sends plain text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, "text/plain; charset=utf-8", text);
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.statusCode = status;
  response.setHeader("content-type", contentType);
  response.setHeader("content-length", Buffer.byteLength(body));
  response.setHeader("cache-control", "no-store");
  response.setHeader("x-content-type-options", "nosniff");
  response.end(body);
}

interface Description {
  status: number;
  code: string;
  message: string;
  retryAfterMs: number | null;
}

function describe(error: unknown, log: Log): Description {
  if (error instanceof HttpError) {
    return { status: error.status, code: error.code, message: error.message, retryAfterMs: null };
  }
  if (error instanceof AuthenticationError) {
    const status = error.code === "AuthProviderDiscoveryFailed" ? 400 : 401;
    return { status, code: error.code, message: error.message, retryAfterMs: null };
  }
  if (error instanceof ProtocolError) {
    return { status: 400, code: "BadRequest", message: error.message, retryAfterMs: null };
  }
  log("error", "A request failed.", { reason: reasonOf(error) });
  if (error instanceof EngineError && error.retryable) {
    // Its own sentence may speak of this machine; the client needs only what to do.
    const message = "The service cannot do this right now; try again.";
    return { status: 503, code: error.kind, message, retryAfterMs: error.retryAfterMs };
  }
  const message = "Your request couldn't be completed. Try again later.";
  return { status: 500, code: "InternalServerError", message, retryAfterMs: null };
}

function reasonOf(error: unknown): string {
  try {
    return error instanceof Error
      ? `${error.name}: ${error.message}`
      : "something that is no Error";
  } catch {
    return UNREADABLE;
  }
}
