import { t } from "@/features/language/t";
import { personNameMaxUnits } from "@/shared/limits";
import { cleanName } from "@/shared/person-name";

/**
 * What a name, an e-mail address and a password may be. Server and form check with the same rules:
 * the form to answer at once, the server because it trusts no form.
 */
export type Credentials = { name?: string; email: string; password: string };

export type CredentialField = "name" | "email" | "password";

export type CredentialProblem = { field: CredentialField; sentence: string };

export const EMAIL_LENGTH_MAX = 254;
export const PASSWORD_LENGTH_MIN = 8;
export const PASSWORD_LENGTH_MAX = 128;

/**
 * The first thing wrong with a form, from top to bottom, or `null`.
 *
 * @param purpose Signing in does not check the password's length: an old, shorter one must still be
 * able to fail as a wrong password.
 */
export function findCredentialProblem(
  purpose: "sign-in" | "sign-up",
  { name, email, password }: Credentials,
): CredentialProblem | null {
  if (purpose === "sign-up") {
    const sentence = checkName(name ?? "");
    if (sentence) return { field: "name", sentence };
  }
  const emailSentence = checkEmail(email);
  if (emailSentence) return { field: "email", sentence: emailSentence };
  const passwordSentence = checkPassword(purpose, password);
  return passwordSentence ? { field: "password", sentence: passwordSentence } : null;
}

/** An e-mail address as it is stored and looked up. Normalised before anything checks it. */
export function cleanEmail(email: string): string {
  return email.normalize("NFKC").trim().toLowerCase();
}

function checkName(name: string): string | null {
  const clean = cleanName(name, personNameMaxUnits + 1);
  if (clean === "") return t("entrance.problem.nameMissing");
  if (clean.length > personNameMaxUnits) {
    return t("entrance.problem.nameTooLong", { max: personNameMaxUnits });
  }
  return null;
}

function checkEmail(email: string): string | null {
  const clean = cleanEmail(email);
  if (clean === "") return t("entrance.problem.emailMissing");
  const isPlausible = /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+\.[^\s@<>()[\]\\,;:".]+$/.test(
    clean,
  );
  if (!isPlausible || clean.length > EMAIL_LENGTH_MAX) {
    return t("entrance.problem.emailWrong");
  }
  return null;
}

function checkPassword(purpose: "sign-in" | "sign-up", password: string): string | null {
  if (password === "") return t("entrance.problem.passwordMissing");
  if (password.length > PASSWORD_LENGTH_MAX) {
    return t("entrance.problem.passwordTooLong", { max: PASSWORD_LENGTH_MAX });
  }
  if (purpose === "sign-up" && password.length < PASSWORD_LENGTH_MIN) {
    return t("entrance.problem.passwordTooShort", { min: PASSWORD_LENGTH_MIN });
  }
  return null;
}
