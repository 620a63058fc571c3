import { type Identity, LOADING_IDENTITY, SIGNED_OUT_IDENTITY } from "../contract";

/**
 * Holds the embedded service's session as this page knows it: the current token, until when it is
 * good, and the person it names. It does not hold the session itself, which is an HttpOnly cookie
 * that only the server reads, and it never stores anything.
 *
 * Only the service's own refusal (401 or 403) ends a session. No network, a busy server or a server
 * that is restarting is waited out, because a person in a tunnel is not a person who signed out.
 */
export type TokenSource = {
  getIdentity: () => Identity;
  /** @returns a function that ends the subscription. */
  subscribe: (listener: () => void) => () => void;
  /** Learns who is signed in; call once, in the browser. */
  start: () => void;
  /** Forgets pending waits; no listener is called any more. */
  stop: () => void;
  /**
   * A token for the engine. Concurrent callers share one request.
   * @returns `null` only when the session is over.
   */
  fetchAccessToken: (options: { forceRefreshToken: boolean }) => Promise<string | null>;
  /** Asks the service anew whether the session still lives, now that there is reason to doubt it. */
  checkSession: () => Promise<void>;
};

export type TokenSourceOptions = {
  fetch: typeof globalThis.fetch;
  /** Milliseconds that only go forward; the wall clock may be wrong and may jump. */
  now: () => number;
  /** From 0 to below 1, for spreading retries. */
  random: () => number;
  /** Resolves after the time, or at once when the browser comes back online. */
  wait: (delayMs: number) => Promise<void>;
  /**
   * Called when a renewed token names somebody else, because another tab signed in as another person,
   * or another session of the same one, because a password or a second factor was changed. The functions
   * refuse the former session, so what this page has asked with it is lost either way.
   */
  onSessionReplaced: () => void;
};

const REQUEST_TIMEOUT_MS = 10_000;
const TOKEN_BYTES_MAX = 16_384;
/** Renew this long before the end, so that no token dies on its way to the engine. */
const EXPIRY_MARGIN_MS = 30_000;
const RETRY_BASE_MS = 500;
const RETRY_MAX_MS = 15_000;

type HeldToken = { value: string; goodUntilMs: number };

type FetchOutcome =
  | { kind: "token"; token: HeldToken; identity: Identity; sessionId: string | null }
  | { kind: "refused" }
  | { kind: "unreachable"; retryAfterMs: number };

export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { now, random, wait, onSessionReplaced } = options;
  const listeners = new Set<() => void>();
  let identity: Identity = LOADING_IDENTITY;
  let sessionId: string | null = null;
  let held: HeldToken | null = null;
  let renewal: Promise<string | null> | null = null;
  let isStopped = false;

  function settle(next: Identity): void {
    identity = next;
    for (const listener of listeners) listener();
  }

  async function renew(): Promise<string | null> {
    for (let failures = 0; !isStopped; failures += 1) {
      const outcome = await requestToken(options);
      if (isStopped) return null;
      switch (outcome.kind) {
        case "token": {
          const isSame = identity.userId === outcome.identity.userId;
          if (identity.userId !== null && !(isSame && sessionId === outcome.sessionId)) {
            // The old person's data is on this page; start it afresh rather than mix two people.
            onSessionReplaced();
            return null;
          }
          sessionId = outcome.sessionId;
          held = outcome.token;
          settle(outcome.identity);
          return held.value;
        }
        case "refused":
          held = null;
          settle(SIGNED_OUT_IDENTITY);
          return null;
        case "unreachable": {
          const ceilingMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** failures);
          await wait(Math.max(outcome.retryAfterMs, ceilingMs * (0.5 + random() / 2)));
          break;
        }
        default:
          outcome satisfies never;
      }
    }
    return null;
  }

  function fetchAccessToken({ forceRefreshToken }: { forceRefreshToken: boolean }) {
    const isGood = held !== null && held.goodUntilMs > now();
    if (held && isGood && !forceRefreshToken) return Promise.resolve(held.value);
    renewal ??= renew().finally(() => {
      renewal = null;
    });
    return renewal;
  }

  return {
    getIdentity: () => identity,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      isStopped = false;
      void fetchAccessToken({ forceRefreshToken: false });
    },
    stop() {
      isStopped = true;
    },
    fetchAccessToken,
    async checkSession() {
      // A renewal under way may have been answered before the session ended.
      await renewal;
      await fetchAccessToken({ forceRefreshToken: true });
    },
  };
}

async function requestToken({ fetch, now }: TokenSourceOptions): Promise<FetchOutcome> {
  const askedAtMs = now();
  try {
    const response = await fetch("/api/auth/token", {
      credentials: "same-origin",
      cache: "no-store",
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (response.status === 401 || response.status === 403 || response.status === 410) {
      return { kind: "refused" };
    }
    if (!response.ok) {
      return { kind: "unreachable", retryAfterMs: readRetryAfterMs(response.headers) };
    }
    const body: unknown = await response.json();
    const token = readTokenField(body);
    const claims = token ? decodeClaims(token) : null;
    if (!token || !claims) return { kind: "unreachable", retryAfterMs: 0 };
    return {
      kind: "token",
      token: {
        value: token,
        // The lifetime is the difference of two server times, so a wrong clock here is harmless.
        goodUntilMs: askedAtMs + claims.lifetimeMs - EXPIRY_MARGIN_MS,
      },
      identity: claims.identity,
      sessionId: claims.sessionId,
    };
  } catch {
    // A failed connection, a time-out and an answer cut short are all the same here.
    return { kind: "unreachable", retryAfterMs: 0 };
  }
}

function readRetryAfterMs(headers: Headers): number {
  const seconds = Number(headers.get("retry-after") ?? "0");
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0) * 1000, 60_000) : 0;
}

function readTokenField(body: unknown): string | null {
  if (typeof body !== "object" || body === null || !("token" in body)) return null;
  const { token } = body;
  return typeof token === "string" && token.length <= TOKEN_BYTES_MAX ? token : null;
}

/** Reads a token's claims for display. It does not verify them: the engine does. */
export function decodeClaims(
  token: string,
): { identity: Identity; sessionId: string | null; lifetimeMs: number } | null {
  try {
    const payload = token.split(".")[1] ?? "";
    const binary = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims !== "object" || claims === null) return null;
    const { sub, sid, iat, exp, name, email, picture, role } = claims as Record<string, unknown>;
    if (typeof sub !== "string" || typeof iat !== "number" || typeof exp !== "number") return null;
    return {
      lifetimeMs: (exp - iat) * 1000,
      sessionId: asText(sid),
      identity: {
        status: "signed-in",
        userId: sub,
        name: asText(name),
        email: asText(email),
        imageUrl: asText(picture),
        isAdmin: role === "owner" || role === "admin",
      },
    };
  } catch {
    return null;
  }
}

function asText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
