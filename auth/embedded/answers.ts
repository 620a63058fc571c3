import { refusalSentence, sentenceFor } from "./refusal-text";

/** What the identity service's addresses answer: JSON, and for a refusal `{code, message}`. */

export function answerJson(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

/** @param code One that `refusal-text.ts` has a sentence for. */
export function refuse(
  status: number,
  code: string,
  facts: Record<string, unknown> = {},
): Response {
  return refuseWith(status, code, sentenceFor(code), facts);
}

export function refuseWith(
  status: number,
  code: string,
  message: string,
  facts: Record<string, unknown> = {},
): Response {
  return Response.json({ code, message, ...facts }, { status });
}

export function refuseHaste(seconds: number): Response {
  const retryAfterSeconds = Math.max(1, Math.ceil(seconds) || 1);
  const sentence = refusalSentence(429, null, retryAfterSeconds);
  const facts = { retryAfterMs: retryAfterSeconds * 1000 };
  const response = refuseWith(429, "RATE_LIMITED", sentence, facts);
  response.headers.set("retry-after", String(retryAfterSeconds));
  return response;
}

/** What every address of the embedded service answers while Clerk is in charge. */
export function answerWhileClosed(): Response {
  return refuse(410, "EMBEDDED_IDENTITY_CLOSED");
}
