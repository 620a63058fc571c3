import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { answerWhileClosed } from "@/auth/embedded/answers";
import type { IdentityRequest } from "@/auth/embedded/door";
import type { ClientAddressReader } from "./client-address";
import { identityPath, serveIdentity } from "./identity-routes";
import type { Log } from "./log";
import { setSecurityHeaders } from "./response-headers";

/** The engine as this process uses it. */
export type EngineMount = {
  handleRequest: (request: IncomingMessage, response: ServerResponse) => void;
  handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
};

export type DispatchOptions = {
  /** `null`: not here, or not yet. */
  findEngine: () => EngineMount | null;
  answerIdentity: ((request: IdentityRequest) => Promise<Response>) | null;
  pages: {
    handleRequest: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    handleUpgrade:
      | ((request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>)
      | null;
  };
  clientAddress: ClientAddressReader;
  isHttps: boolean;
  log: Log;
};

/** Headers by which a client could speak to the pages in somebody else's name. */
const INTERNAL_HEADERS = ["x-nonce", "content-security-policy", "x-middleware-subrequest"];
const FORWARDING_HEADERS = [
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-real-ip",
];

/**
 * Decides who answers: `/convex` is the engine's, `/api/auth` the identity service's, everything
 * else the pages'. None of them ever sees another's traffic.
 */
export function createDispatch(options: DispatchOptions) {
  const { findEngine, pages, answerIdentity, clientAddress, isHttps, log } = options;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pathname = readPathname(request);
    setSecurityHeaders(response, { isHttps, pathname });
    if (pathname === null) return sendText(response, 400, "That is not an address.");
    if (isEnginePath(pathname)) {
      const engine = findEngine();
      if (!engine) return sendText(response, 503, "There is no engine at this address now.");
      engine.handleRequest(request, response);
      return;
    }
    const path = identityPath(pathname);
    if (path !== null) {
      return serveIdentity(request, response, {
        path,
        clientAddress: clientAddress.read(request),
        answer: answerIdentity ?? (async () => answerWhileClosed()),
      });
    }
    for (const name of INTERNAL_HEADERS) delete request.headers[name];
    if (!clientAddress.isFromProxy(request)) {
      for (const name of FORWARDING_HEADERS) delete request.headers[name];
    }
    await pages.handleRequest(request, response);
  }

  return {
    handleRequest(request: IncomingMessage, response: ServerResponse): void {
      answer(request, response).catch((error: unknown) => {
        // Somebody who hung up in the middle is no trouble of ours.
        if (request.destroyed && !request.complete) return;
        log("error", "request failed", { path: readPathname(request), error });
        if (response.headersSent) response.destroy();
        else sendText(response, 500, "Something went wrong here. Try again in a moment.");
      });
    },

    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      // Without a listener, a reset while we decide would end the process.
      socket.on("error", () => socket.destroy());
      const pathname = readPathname(request);
      const engine = findEngine();
      if (engine && pathname !== null && isEnginePath(pathname)) {
        engine.handleUpgrade(request, socket, head);
        return;
      }
      if (pages.handleUpgrade && pathname?.startsWith("/_next/")) {
        void pages.handleUpgrade(request, socket, head).catch(() => socket.destroy());
        return;
      }
      socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    },
  };
}

function isEnginePath(pathname: string): boolean {
  return pathname === "/convex" || pathname.startsWith("/convex/");
}

/** The path as it was sent, without the query; `null` for anything that is not a path. */
function readPathname({ url }: IncomingMessage): string | null {
  if (!url?.startsWith("/")) return null;
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.setHeader("cache-control", "no-store");
  response.end(`${text}\n`);
}
