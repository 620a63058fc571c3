import type { Credentials } from "./credentials";
import { refusalSentence, UNREACHABLE_SENTENCE } from "./refusal-text";

/** The outcome of asking the embedded service, with a sentence for people when it refused. */
export type ServiceOutcome = { ok: true } | { ok: false; sentence: string };

// Hashing a password takes a while on a small machine with many people at the door.
const REQUEST_TIMEOUT_MS = 20_000;

export function signInWithService({ email, password }: Credentials): Promise<ServiceOutcome> {
  return post("sign-in/email", { email, password });
}

/** What opens a door that is closed to others; see `entrance-routes.ts`. */
export type SignUpTokens = { invitation?: string; ownerToken?: string };

export function signUpWithService(
  { name, email, password }: Credentials,
  tokens: SignUpTokens,
): Promise<ServiceOutcome> {
  return post("sign-up/email", { name, email, password, ...tokens });
}

/** @throws Error with a sentence for people when the session could not be ended. */
export async function signOutOfService(): Promise<void> {
  const outcome = await post("sign-out", {});
  if (!outcome.ok) throw new Error(outcome.sentence);
}

async function post(path: string, body: object): Promise<ServiceOutcome> {
  try {
    const response = await fetch(`/api/auth/${path}`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (response.ok) return { ok: true };
    const answer: unknown = await response.json().catch(() => null);
    const retryAfter = response.headers.get("retry-after");
    const sentence = refusalSentence(
      response.status,
      answer,
      retryAfter === null ? null : Number(retryAfter),
    );
    return { ok: false, sentence };
  } catch {
    return { ok: false, sentence: UNREACHABLE_SENTENCE };
  }
}
