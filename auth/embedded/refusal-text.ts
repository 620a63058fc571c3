/**
 * What the embedded service may answer instead of doing what was asked, and the one sentence that
 * people read for each.
 */
const SENTENCES: Record<string, string> = {
  INVALID_EMAIL_OR_PASSWORD: "That e-mail address and password do not match.",
  INVALID_EMAIL: "That does not look like an e-mail address.",
  INVALID_PASSWORD: "That password cannot be used.",
  PASSKEY_NOT_FOUND: "This server does not know that passkey.",
  AUTHENTICATION_FAILED: "That passkey was not accepted.",
  CHALLENGE_NOT_FOUND: "That took too long. Try again.",
  PASSWORD_TOO_SHORT: "That password is too short: at least 8 characters.",
  PASSWORD_TOO_LONG: "That password is too long: at most 128 characters.",
  USER_ALREADY_EXISTS: "There is already an account with this e-mail address. Sign in instead?",
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL:
    "There is already an account with this e-mail address. Sign in instead?",
  SIGN_UP_CLOSED: "This server does not take new accounts. Ask the person who runs it.",
  SIGN_UP_BY_INVITE: "New accounts here need an invitation. Ask the person who runs this server.",
  EMBEDDED_IDENTITY_CLOSED: "This server signs people in with another service. Reload the page.",
  ACCOUNT_SUSPENDED: "This account is on hold. Ask the person who runs this server.",
  EMAIL_NOT_VERIFIED: "Confirm your e-mail address first: we have sent you a link.",
  FORBIDDEN: "You are not allowed to do this.",
  INTERNAL: "Something went wrong here. Try again in a moment.",
  INVALID_CODE: "That code is not right, or not any more.",
  INVALID_BACKUP_CODE: "That recovery code is not right, or has been used.",
  INVALID_INPUT: "Some of that cannot be used. Check what you entered.",
  INVALID_JSON: "The request is not a JSON object.",
  INVALID_TOKEN: "This link is not good any more. Ask for a new one.",
  TOKEN_EXPIRED: "This link is not good any more. Ask for a new one.",
  INVALID_TWO_FACTOR_COOKIE: "That took too long. Sign in again.",
  INVITATION_USELESS: "This invitation is not good any more. Ask for a new one.",
  LAST_OWNER: "The last owner has to make somebody else an owner first.",
  NOT_FOUND: "There is nothing at this address.",
  NOT_ON_ONESELF: "You cannot do this to your own account here.",
  NO_MAIL: "This server cannot send mail. Ask the person who runs it for a link.",
  NO_SUCH_PERSON: "There is nobody with this id.",
  NO_SUCH_SESSION: "That session has ended already.",
  OWNER_TOKEN_WRONG: "This is not the owner's token that the server printed.",
  SESSION_NOT_FRESH: "You signed in long ago. For this, sign out and in again first.",
  SERVER_HAS_OWNER: "Somebody owns this server already.",
  TOO_LARGE: "That request is too large.",
  UNAUTHENTICATED: "Nobody is signed in.",
  UNSUPPORTED_MEDIA_TYPE: "Send the request as application/json.",
  INVALID_ORIGIN: "This page was opened under an address that the server does not know.",
};

export const UNREACHABLE_SENTENCE =
  "Parley could not be reached. Check your connection, then try again.";

const UNKNOWN_SENTENCE = "That did not work. Try again in a moment.";

/**
 * @param answer The service's JSON, unchecked; our own refusals carry their sentence as `message`.
 * @param retryAfterSeconds From the response's headers; `null` when not given.
 */
export function refusalSentence(
  status: number,
  answer: unknown,
  retryAfterSeconds: number | null,
): string {
  if (status === 429) {
    const seconds = Math.max(1, Math.ceil(retryAfterSeconds ?? 10));
    return `Too many tries. Wait ${seconds} ${seconds === 1 ? "second" : "seconds"}, then try again.`;
  }
  const { code, message } = asRecord(answer);
  // INVALID_INPUT is ours and is raised with a sentence for people.
  if (code === "INVALID_INPUT" && typeof message === "string") return message;
  const known = typeof code === "string" ? SENTENCES[code] : undefined;
  if (known) return known;
  return status >= 500 ? UNREACHABLE_SENTENCE : UNKNOWN_SENTENCE;
}

/** The sentence behind one of the codes above. */
export function sentenceFor(code: string): string {
  return SENTENCES[code] ?? UNKNOWN_SENTENCE;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
