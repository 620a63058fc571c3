import type { FieldName } from "./field-names";

/** Every refusal a function can answer with. Closed: a new code is added here and in `features/language/error-text.ts`. */
export const errorCodes = [
  "unauthenticated",
  "suspended",
  "not_found",
  "forbidden",
  "invalid",
  "too_long",
  "too_many",
  "conflict",
  "rate_limited",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Why a value is `invalid`, where the field alone does not say it. */
export type InvalidReason =
  | "blank"
  | "malformed"
  | "deleted"
  | "same_person"
  | "too_few"
  | "not_group";

/** Why something is `forbidden`, where the caller may know. */
export type ForbiddenReason = "blocked" | "blocked_by_you" | "gone" | "last_owner";

/** What a refusal may say beside its code. Never content, never anybody else's data. */
export type RefusalFacts = {
  field?: FieldName;
  reason?: InvalidReason | ForbiddenReason;
  max?: number;
  min?: number;
  retryAfterMs?: number;
};

/** The data of the `ConvexError` that a refused call throws. */
export type Refusal = { code: ErrorCode } & RefusalFacts;

/**
 * Reads the refusal out of whatever a call threw.
 *
 * @returns `null` when the error is not one of ours: a network failure, a validation error, a bug.
 */
export function refusalOf(error: unknown): Refusal | null {
  if (typeof error !== "object" || error === null || !("data" in error)) return null;
  const data = error.data;
  if (typeof data !== "object" || data === null || !("code" in data)) return null;
  const known: readonly unknown[] = errorCodes;
  return known.includes(data.code) ? (data as Refusal) : null;
}
