import { refusalSentence, unreachableSentence } from "./refusal-text";

/** The outcome of asking the embedded service, with a sentence for people when it refused. */
export type ServiceOutcome<Next = unknown> =
  | { ok: true; next: Next }
  | { ok: false; sentence: string; status: number | null };

// Hashing a password takes a while on a small machine with many people at the door.
const REQUEST_TIMEOUT_MS = 20_000;

/** Has the service do something. Its answers come from our own door and are taken at their word. */
export function post<Next = unknown>(path: string, body: object): Promise<ServiceOutcome<Next>> {
  return ask(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  });
}

/** Asks the service for something. */
export function get<Next>(path: string): Promise<ServiceOutcome<Next>> {
  return ask(path, { headers: { accept: "application/json" }, cache: "no-store" });
}

async function ask<Next>(path: string, request: RequestInit): Promise<ServiceOutcome<Next>> {
  try {
    const response = await fetch(`/api/auth/${path}`, {
      ...request,
      credentials: "same-origin",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const answer: unknown = await response.json().catch(() => null);
    const { status } = response;
    if (response.ok) return { ok: true, next: (answer ?? {}) as Next };
    const retryAfter = response.headers.get("retry-after");
    const retryAfterSeconds = retryAfter === null ? null : Number(retryAfter);
    return { ok: false, status, sentence: refusalSentence(status, answer, retryAfterSeconds) };
  } catch {
    return { ok: false, status: null, sentence: unreachableSentence() };
  }
}
