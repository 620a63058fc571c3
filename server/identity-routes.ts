import type { IncomingMessage, ServerResponse } from "node:http";
import type { IdentityRequest } from "@/auth/embedded/door";
import { inRequestLanguage } from "./request-language";

const PREFIX = "/api/auth/";

/** The part of the path that belongs to the identity service, `null` when the request is not for it. */
export function identityPath(pathname: string): string | null {
  return pathname.startsWith(PREFIX) ? pathname.slice(PREFIX.length) : null;
}

/** Answers a request for the identity service without Next, which would only stand between. */
export async function serveIdentity(
  request: IncomingMessage,
  response: ServerResponse,
  context: {
    path: string;
    clientAddress: string;
    answer: (request: IdentityRequest) => Promise<Response>;
  },
): Promise<void> {
  const asked: IdentityRequest = {
    method: request.method ?? "GET",
    path: context.path,
    query: new URL(request.url ?? "/", "http://localhost").searchParams,
    clientAddress: context.clientAddress,
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(", ") : (value ?? null);
    },
    readBody: (bytesMax) => readBody(request, bytesMax),
  };
  // What is said to people, and what is mailed to them, is in their language.
  const answer = await inRequestLanguage(request, () => context.answer(asked));
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    if (name !== "set-cookie") response.setHeader(name, value);
  }
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader("set-cookie", cookies);
  // What is left of a refused body is not read, so the connection cannot be used again.
  if (!request.complete) response.setHeader("connection", "close");
  response.end(Buffer.from(await answer.arrayBuffer()));
}

async function readBody(request: IncomingMessage, bytesMax: number): Promise<string | null> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) return null;
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer;
    sizeBytes += bytes.length;
    if (sizeBytes > bytesMax) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}
