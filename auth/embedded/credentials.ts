import { t } from "@/features/language/t";
import { personNameMaxUnits } from "@/shared/limits";
import { cleanName } from "@/shared/person-name";
import { isEasyPassword, type PasswordOwner } from "./easy-passwords";

/**
 * What a name, an e-mail address and a password may be. Server and form check with the same rules:
 * the form to answer at once, the server because it trusts no form.
 */
export type Credentials = { name?: string; email: string; password: string };

export type CredentialField = "name" | "email" | "password";

export type CredentialProblem = { field: CredentialField; sentence: string };

export const EMAIL_LENGTH_MAX = 254;
/** In characters, as people count them; one may be stored as two units. */
export const PASSWORD_LENGTH_MIN = 8;
export const PASSWORD_LENGTH_MAX = 128;
export const PASSWORD_UNITS_MAX = 2 * PASSWORD_LENGTH_MAX;

/**
 * The first thing wrong with a form, from top to bottom, or `null`.
 *
 * @param purpose Signing in does not check whether a password is a good one: an old, shorter one must
 * still be able to fail as a wrong password.
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
  const passwordSentence =
    purpose === "sign-in" ? checkPassword(password) : checkNewPassword(password, { name, email });
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

/** What is wrong with a password that somebody chooses, for a form that asks for no more. */
export function findNewPasswordProblem(
  password: string,
  owner: PasswordOwner,
): CredentialProblem | null {
  const sentence = checkNewPassword(password, owner);
  return sentence === null ? null : { field: "password", sentence };
}

function checkEmail(email: string): string | null {
  const clean = cleanEmail(email);
  if (clean === "") return t("entrance.problem.emailMissing");
  // No more than the library takes, which would refuse the rest without a word that helps.
  const isPlausible =
    /^(?:[a-z0-9_'+-]+\.)*[a-z0-9_'+-]*[a-z0-9_+-]@(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/.test(clean);
  if (!isPlausible || clean.length > EMAIL_LENGTH_MAX) {
    return t("entrance.problem.emailWrong");
  }
  return null;
}

function checkPassword(password: string): string | null {
  if (password === "") return t("entrance.problem.passwordMissing");
  return [...password].length > PASSWORD_LENGTH_MAX
    ? t("entrance.problem.passwordTooLong", { max: PASSWORD_LENGTH_MAX })
    : null;
}

/** What is wrong with a password that somebody chooses, as a sentence, or `null`. */
export function checkNewPassword(password: string, owner: PasswordOwner): string | null {
  const sentence = checkPassword(password);
  if (sentence) return sentence;
  if ([...password].length < PASSWORD_LENGTH_MIN) {
    return t("entrance.problem.passwordTooShort", { min: PASSWORD_LENGTH_MIN });
  }
  return isEasyPassword(password, owner) ? t("entrance.problem.passwordEasy") : null;
}
