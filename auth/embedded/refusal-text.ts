import { messagesEn, type TextKey } from "@/features/language/messages-en";
import { t } from "@/features/language/t";

/** The sentence for being out of reach, in the reader's language. */
export function unreachableSentence(): string {
  return t("service.unreachable");
}

/**
 * @param answer The service's JSON, unchecked; our own refusals carry their sentence as `message`.
 * @param retryAfterSeconds From the response's headers; `null` when not given.
 */
export function refusalSentence(
  status: number,
  answer: unknown,
  retryAfterSeconds: number | null,
): string {
  const { code, message } = asRecord(answer);
  // A lock of the account has a time of its own.
  if (status === 429 && code !== "ACCOUNT_TEMPORARILY_LOCKED") {
    const seconds = Math.max(1, Math.ceil(retryAfterSeconds ?? 10));
    return t("service.tooManyTries", { count: seconds });
  }
  // INVALID_INPUT is ours and is raised with a sentence for people.
  if (code === "INVALID_INPUT" && typeof message === "string") return message;
  const key = typeof code === "string" ? keyOf(code) : null;
  if (key !== null) return t(key);
  return status >= 500 ? unreachableSentence() : t("service.unknown");
}

/** The sentence for a code of the embedded service: in a page the reader's, in the service English. */
export function sentenceFor(code: string): string {
  return t(keyOf(code) ?? "service.unknown");
}

/** What the service may answer instead of doing what was asked has its sentence as `service.CODE`. */
function keyOf(code: string): TextKey | null {
  const key = `service.${code}`;
  return /^[A-Z_]+$/.test(code) && Object.hasOwn(messagesEn, key) ? (key as TextKey) : null;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
