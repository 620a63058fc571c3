/**
 * How often one client address may knock, per window; `PARLEY_RATE_LIMITS` multiplies the counts.
 * Generous enough for an office behind one address, far too slow for guessing passwords: one
 * account has its own, tighter limit, see `attempt-limiter.ts`.
 */
export const rateWindowSeconds = 10;

const COUNTS_PER_WINDOW = { signUp: 20, signIn: 20, token: 200, mail: 3, others: 100 };

const GUESSABLE = [
  ...["/change-password", "/change-email", "/verify-password", "/reset-password"],
  ...["/delete-user", "/two-factor/enable", "/two-factor/disable"],
  ...["/two-factor/generate-backup-codes", "/two-factor/verify-totp"],
  ...["/two-factor/verify-backup-code", "/passkey/verify-authentication"],
];

/** Wrong passwords for one account within {@link ACCOUNT_WINDOW_MS}, from anywhere. */
export const ACCOUNT_ATTEMPTS_MAX = 10;
export const ACCOUNT_WINDOW_MS = 60_000;

/** A request to the identity service is a few fields. */
export const BODY_BYTES_MAX = 16_384;

export function attemptRules(factor: number) {
  const rule = (count: number) => ({
    window: rateWindowSeconds,
    max: Math.max(1, Math.round(count * factor)),
  });
  return {
    others: { max: rule(COUNTS_PER_WINDOW.others).max },
    byPath: {
      "/sign-up/email": rule(COUNTS_PER_WINDOW.signUp),
      "/sign-in/email": rule(COUNTS_PER_WINDOW.signIn),
      // To another service and back.
      "/sign-in/social": rule(COUNTS_PER_WINDOW.signIn),
      "/link-social": rule(COUNTS_PER_WINDOW.signIn),
      "/callback/*": rule(COUNTS_PER_WINDOW.signIn),
      "/request-password-reset": rule(COUNTS_PER_WINDOW.mail),
      "/send-verification-email": rule(COUNTS_PER_WINDOW.mail),
      // The library's own rules for these do not know our factor.
      ...Object.fromEntries(GUESSABLE.map((path) => [path, rule(COUNTS_PER_WINDOW.signIn)])),
      "/token": rule(COUNTS_PER_WINDOW.token),
      "/get-session": rule(COUNTS_PER_WINDOW.token),
      // The public keys are for everybody and cost nothing.
      "/jwks": rule(COUNTS_PER_WINDOW.token),
    },
  };
}
