import { refusalSentence, unreachableSentence } from "./refusal-text";

/** The outcome of asking the embedded service, with a sentence for people when it refused. */
export type ServiceOutcome<Next = unknown> =
  | { ok: true; next: Next }
  | {
      ok: false;
      sentence: string;
      status: number | null;
      /** The field of a form that was refused, by the name it has there. */
      field?: string | null;
    };

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
    const sentence = refusalSentence(status, answer, retryAfterSeconds);
    return { ok: false, status, sentence, field: fieldOf(answer) };
  } catch {
    return { ok: false, status: null, sentence: unreachableSentence() };
  }
}

/** The forms' names for what the service calls otherwise. */
const FORM_FIELDS: Record<string, string> = {
  currentPassword: "ownPassword",
  newPassword: "password",
  newEmail: "email",
};

function fieldOf(answer: unknown): string | null {
  const isNamed = typeof answer === "object" && answer !== null && "field" in answer;
  const field = isNamed && typeof answer.field === "string" ? answer.field : null;
  return field === null ? null : (FORM_FIELDS[field] ?? field);
}
