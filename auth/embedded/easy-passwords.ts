import { isBlank } from "@/shared/message-text";
import { foldName } from "@/shared/person-name";

/**
 * The commonest passwords of eight characters and more in lists of stolen ones, but for those that the
 * rules below refuse anyway. A short list on purpose: guesses are counted, so what matters is that the
 * first few hundred of them fail, and longer lists cost every visitor of the sign-up page.
 */
const COMMON = new Set(
  (
    "password passw0rd p@ssword p@ssw0rd password1 password12 password123 passwort passwort1 motdepasse " +
    "contraseña 1234567890 0123456789 0987654321 12344321 11223344 12341234 12121212 11112222 123123123 " +
    "123321123 147258369 123654789 789456123 qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwertzuiop " +
    "azertyuiop asdfghjk asdfghjkl zxcvbnm1 1q2w3e4r 1q2w3e4r5t q1w2e3r4 1qaz2wsx zaq12wsx qazwsxedc " +
    "qweasdzxc asdf1234 abcd1234 abc12345 abc123456 a1234567 a12345678 a1b2c3d4 aa123456 admin123 " +
    "administrator welcome1 welcome123 letmein1 letmein123 changeme changeme1 iloveyou iloveyou1 trustno1 " +
    "sunshine princess football football1 baseball baseball1 basketball superman batman123 spiderman " +
    "starwars pokemon1 dragon123 monkey123 computer internet whatever liverpool chelsea1 arsenal1 barcelona " +
    "jennifer michelle jessica1 samantha victoria alexander benjamin christian danielle elizabeth " +
    "butterfly chocolate sweetheart lovelove babygirl babygirl1 princess1 sunshine1 superman1 charlie1 " +
    "michael1 jordan23 corvette mercedes snoopy123 midnight blahblah master123 shadow123 secret123 " +
    "test1234 testtest temp1234 default1 access14 parley123"
  ).split(" "),
);

/** Whose password it is to be, as far as that is known. */
export type PasswordOwner = { name?: string | undefined; email?: string | undefined };

/** Whether somebody who knows nothing but the owner's name and address would guess it soon. */
export function isEasyPassword(
  password: string,
  { name = "", email = "" }: PasswordOwner,
): boolean {
  if (isBlank(password)) return true;
  const folded = foldName(password).trim();
  if (isRun(folded) || COMMON.has(folded)) return true;
  const own = [email, email.split("@")[0] ?? "", name, name.replace(/\s/gu, "")];
  return own.some((text) => foldName(text).trim() === folded);
}

/** One character again and again, or a row of neighbours: "aaaaaaaa", "12345678", "hgfedcba". */
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const step = (codes[1] ?? 0) - (codes[0] ?? 0);
  return (
    Math.abs(step) <= 1 &&
    codes.every((code, at) => at === 0 || code - (codes[at - 1] ?? 0) === step)
  );
}
