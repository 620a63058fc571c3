import type { Credentials } from "./credentials";
import { post, type ServiceOutcome } from "./service-request";

/** What comes after the right password. */
export type SignInStep = "signed-in" | "second-factor";

/** What comes after a new account was made: with mail, its address has to be confirmed first. */
export type SignUpStep = "signed-in" | "check-mail";

type Answer = Record<string, unknown>;

/** What opens a door that is closed to others; see `entrance-routes.ts`. */
export type SignUpTokens = { invitation?: string; ownerToken?: string };

export async function signInWithService({
  email,
  password,
}: Credentials): Promise<ServiceOutcome<SignInStep>> {
  const outcome = await post<Answer>("sign-in/email", { email, password });
  if (!outcome.ok) return outcome;
  const isHalfway = outcome.next.twoFactorRedirect === true;
  return { ok: true, next: isHalfway ? "second-factor" : "signed-in" };
}

export async function signUpWithService(
  { name, email, password }: Credentials,
  tokens: SignUpTokens,
): Promise<ServiceOutcome<SignUpStep>> {
  const outcome = await post<Answer>("sign-up/email", { name, email, password, ...tokens });
  if (!outcome.ok) return outcome;
  return { ok: true, next: typeof outcome.next.token === "string" ? "signed-in" : "check-mail" };
}

/** Asks where to go to sign in with a service elsewhere. */
export function startWithProvider(
  provider: string,
  redirect: string,
  tokens: SignUpTokens,
): Promise<ServiceOutcome<{ url: string }>> {
  return post("sign-in/provider", { provider, redirect, ...tokens });
}

/** The second half of a sign-in: a code of the authenticator, or one of the recovery codes. */
export function confirmSecondFactor(
  kind: "code" | "recovery-code",
  code: string,
): Promise<ServiceOutcome> {
  return post(`two-factor/verify-${kind === "code" ? "totp" : "backup-code"}`, { code });
}

export function requestPasswordReset(email: string): Promise<ServiceOutcome> {
  return post("request-password-reset", { email });
}

/** Has the mail sent once more that confirms an address, if there is one to confirm. */
export function resendVerification(email: string): Promise<ServiceOutcome> {
  return post("send-verification-email", { email });
}

export function resetPassword(token: string, newPassword: string): Promise<ServiceOutcome> {
  return post("reset-password", { token, newPassword });
}

export function verifyEmail(token: string): Promise<ServiceOutcome> {
  return post("verify-email", { token });
}

/** @throws Error with a sentence for people when the session could not be ended. */
export async function signOutOfService(): Promise<void> {
  const outcome = await post("sign-out", {});
  if (!outcome.ok) throw new Error(outcome.sentence);
}
