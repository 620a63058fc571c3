import type { SignUpPolicy } from "@/lib/env";
import { type AttemptLimiter, createAttemptLimiter } from "./attempt-limiter";
import { type Credentials, cleanEmail, cleanName, findCredentialProblem } from "./credentials";
import { ACCOUNT_ATTEMPTS_MAX, ACCOUNT_WINDOW_MS, BODY_BYTES_MAX } from "./limits";
import { isOwnOrigin } from "./origin";
import { refusalSentence, sentenceFor } from "./refusal-text";
import { CLIENT_ADDRESS_HEADER, type EmbeddedIdentity } from "./server";

/** One request to `/api/auth/*`, as the server received it. */
export type IdentityRequest = {
  method: string;
  /** The path after `/api/auth/`, without the query. */
  path: string;
  /** One value per header, names in lower case. */
  header: (name: string) => string | null;
  /** The real client's address, see `server/client-address.ts`. */
  clientAddress: string;
  /** Reads the body; `null` when it is larger than `bytesMax`. */
  readBody: (bytesMax: number) => Promise<string | null>;
};

export type IdentityDoorOptions = {
  identity: EmbeddedIdentity;
  publicUrl: string;
  signUp: SignUpPolicy;
  rateLimitFactor: number;
  now: () => number;
  log: (level: "error", message: string, facts: Record<string, unknown>) => void;
};

/** The service answers at many more addresses; whatever is not listed here does not exist. */
const ROUTES: Record<string, "GET" | "POST"> = {
  "sign-up/email": "POST",
  "sign-in/email": "POST",
  "sign-out": "POST",
  "get-session": "GET",
  token: "GET",
  jwks: "GET",
};

/**
 * Stands before the embedded service: lets through only the routes above, from our own pages or
 * from programs, with a bounded JSON body of which only known fields go on. Every refusal is
 * `{code, message}`, and the message is a sentence for people.
 */
export function createIdentityDoor(options: IdentityDoorOptions) {
  const limiter = createAttemptLimiter({
    attemptsMax: Math.max(1, Math.round(ACCOUNT_ATTEMPTS_MAX * options.rateLimitFactor)),
    windowMs: ACCOUNT_WINDOW_MS,
    now: options.now,
  });

  return async function answer(request: IdentityRequest): Promise<Response> {
    try {
      const response = await answerChecked(request, options, limiter);
      response.headers.set("cache-control", "no-store");
      return response;
    } catch (error) {
      options.log("error", "identity request failed", {
        path: request.path.slice(0, 60),
        error: error instanceof Error ? error.message : "unknown",
      });
      return refuse(500, "INTERNAL", "Something went wrong here. Try again in a moment.");
    }
  };
}

async function answerChecked(
  request: IdentityRequest,
  options: IdentityDoorOptions,
  limiter: AttemptLimiter,
): Promise<Response> {
  const { method, path } = request;
  const expected = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  if (!expected) return refuse(404, "NOT_FOUND", "There is nothing at this address.");
  if (method !== expected) {
    const response = refuse(405, "METHOD_NOT_ALLOWED", `Use ${expected} for this address.`);
    response.headers.set("allow", expected);
    return response;
  }
  if (method === "GET") return forward(request, options, null);

  const facts = {
    origin: request.header("origin"),
    host: request.header("host"),
    isFromBrowser: ["sec-fetch-site", "referer"].some((name) => request.header(name) !== null),
  };
  if (!isOwnOrigin(facts, options.publicUrl)) {
    return refuse(403, "INVALID_ORIGIN", sentenceFor("INVALID_ORIGIN"));
  }
  const body = await readJson(request, path === "sign-out");
  if (body instanceof Response) return body;
  if (path === "sign-out") return forward(request, options, {});
  return answerCredentials(request, body, options, limiter);
}

async function answerCredentials(
  request: IdentityRequest,
  body: Record<string, unknown>,
  options: IdentityDoorOptions,
  limiter: AttemptLimiter,
): Promise<Response> {
  const purpose = request.path === "sign-up/email" ? "sign-up" : "sign-in";
  const credentials = readCredentials(purpose, body);
  const problem = credentials && findCredentialProblem(purpose, credentials);
  if (!credentials || problem) {
    const sentence = problem?.sentence ?? "Send name, email and password as text.";
    return refuse(400, "INVALID_INPUT", sentence, { field: problem?.field ?? null });
  }
  const email = cleanEmail(credentials.email);
  const { password } = credentials;

  if (purpose === "sign-up") {
    const refusal = signUpRefusal(options);
    if (refusal) return refuse(403, refusal, sentenceFor(refusal));
    return forward(request, options, { name: cleanName(credentials.name ?? ""), email, password });
  }

  const waitMs = limiter.waitMs(email);
  if (waitMs > 0) return refuseHaste(Math.ceil(waitMs / 1000));
  const response = await forward(request, options, { email, password });
  if (response.ok) limiter.recordSuccess(email);
  else if (response.status === 401) limiter.recordFailure(email);
  return response;
}

function signUpRefusal({ signUp, identity }: IdentityDoorOptions) {
  switch (signUp) {
    case "open":
      return null;
    case "closed":
      return "SIGN_UP_CLOSED";
    case "invite":
      // Somebody has to be the first, or nobody could ever invite anybody.
      return identity.hasPeople() ? "SIGN_UP_BY_INVITE" : null;
    default:
      return signUp satisfies never;
  }
}

function readCredentials(
  purpose: "sign-in" | "sign-up",
  { name, email, password }: Record<string, unknown>,
): Credentials | null {
  if (typeof email !== "string" || typeof password !== "string") return null;
  if (purpose === "sign-in") return { email, password };
  return typeof name === "string" ? { name, email, password } : null;
}

/** The body as an object, or the refusal to send instead. */
async function readJson(
  request: IdentityRequest,
  mayBeEmpty: boolean,
): Promise<Record<string, unknown> | Response> {
  const text = await request.readBody(BODY_BYTES_MAX);
  if (text === null) return refuse(413, "TOO_LARGE", "That request is too large.");
  if (text === "" && mayBeEmpty) return {};
  // A form on another site can send anything but this type without asking first.
  if (!/^application\/json\s*(;|$)/i.test(request.header("content-type") ?? "")) {
    return refuse(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request as application/json.");
  }
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && !Array.isArray(body)) {
      return body as Record<string, unknown>;
    }
  } catch {
    // Falls through to the same answer as any other body that is not an object.
  }
  return refuse(400, "INVALID_JSON", "The request is not a JSON object.");
}

async function forward(
  request: IdentityRequest,
  { identity, publicUrl }: IdentityDoorOptions,
  body: object | null,
): Promise<Response> {
  // A fresh set: no header of the client's reaches the service but these.
  const headers = new Headers({ origin: publicUrl, accept: "application/json" });
  headers.set(CLIENT_ADDRESS_HEADER, request.clientAddress);
  for (const name of ["cookie", "user-agent"]) {
    const value = request.header(name);
    if (value) headers.set(name, value);
  }
  if (body) headers.set("content-type", "application/json");

  const response = await identity.handle(
    new Request(`${publicUrl}/api/auth/${request.path}`, {
      method: request.method,
      headers,
      body: body ? JSON.stringify(body) : null,
    }),
  );
  if (response.ok) return copyAnswer(response);
  if (response.status === 429) {
    return refuseHaste(Number(response.headers.get("x-retry-after") ?? "10"));
  }
  const refusal = await readRefusal(response);
  if (request.path === "token" && response.status === 401) {
    // A cookie that opens nothing would have the pages believe that somebody is signed in.
    refusal.headers.append("set-cookie", expireCookie(identity.sessionCookieName, publicUrl));
  }
  return refusal;
}

/** Only what an answer is made of: no header of the service's own invention goes out. */
function copyAnswer(response: Response): Response {
  const headers = new Headers({ "content-type": "application/json" });
  for (const cookie of response.headers.getSetCookie()) headers.append("set-cookie", cookie);
  return new Response(response.body, { status: response.status, headers });
}

async function readRefusal(response: Response): Promise<Response> {
  const answer: unknown = await response.json().catch(() => null);
  const code =
    typeof answer === "object" && answer !== null && "code" in answer ? answer.code : null;
  const fallback = response.status === 401 ? "UNAUTHENTICATED" : "REFUSED";
  const isUsable = typeof code === "string" && /^[A-Z_]{1,60}$/.test(code);
  // The service's own word for it, and the contract's everywhere else.
  const knownCode = isUsable && code !== "UNAUTHORIZED" ? code : fallback;
  const sentence =
    knownCode === "UNAUTHENTICATED"
      ? "Nobody is signed in."
      : refusalSentence(response.status, { code: knownCode }, null);
  return refuse(response.status, knownCode, sentence);
}

function expireCookie(name: string, publicUrl: string): string {
  const secure = publicUrl.startsWith("https:") ? "; Secure" : "";
  return `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure}`;
}

function refuseHaste(seconds: number): Response {
  const retryAfterSeconds = Math.max(1, Math.ceil(seconds) || 1);
  const response = refuse(429, "RATE_LIMITED", refusalSentence(429, null, retryAfterSeconds), {
    retryAfterMs: retryAfterSeconds * 1000,
  });
  response.headers.set("retry-after", String(retryAfterSeconds));
  return response;
}

function refuse(
  status: number,
  code: string,
  message: string,
  facts: Record<string, unknown> = {},
): Response {
  return Response.json({ code, message, ...facts }, { status });
}

/** What every address of the embedded service answers while Clerk is in charge. */
export function answerWhileClosed(): Response {
  return refuse(410, "EMBEDDED_IDENTITY_CLOSED", sentenceFor("EMBEDDED_IDENTITY_CLOSED"));
}
