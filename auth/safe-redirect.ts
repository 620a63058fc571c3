/** Where people go once they are signed in and asked for nothing in particular. */
export const HOME_PATH = "/messages";

const PATH_LENGTH_MAX = 2_000;
const DRAFT_ORIGIN = "http://parley.invalid";

/**
 * Makes a `?redirect=` value safe to follow: a path on this very site, or the messages page.
 *
 * @param wanted The raw, decoded query value; anything may be in it.
 * @returns A path with query and fragment that starts with exactly one slash.
 */
export function safeRedirect(wanted: string | null | undefined): string {
  if (!wanted || wanted.length > PATH_LENGTH_MAX) return HOME_PATH;
  // Browsers read a backslash as a slash and drop tabs and line ends, wherever they stand.
  if (!/^\/(?![/\\])/.test(wanted) || hasForbiddenCharacter(wanted)) return HOME_PATH;
  if (!URL.canParse(wanted, DRAFT_ORIGIN)) return HOME_PATH;
  const url = new URL(wanted, DRAFT_ORIGIN);
  // `/.//evil.example` stays on this site as a URL, but its path would not when read again.
  if (url.origin !== DRAFT_ORIGIN || url.pathname.startsWith("//")) return HOME_PATH;
  if (url.pathname === "/") return HOME_PATH;
  // Back to a sign-in page would be a circle, and the API and the engine are not for people.
  if (isEntrancePage(url.pathname) || /^\/(api|convex)(\/|$)/.test(url.pathname)) return HOME_PATH;
  return `${url.pathname}${url.search}${url.hash}`;
}

/** Whether this path is one of the pages that need no session and take no notice of one. */
export function isEntrancePage(pathname: string): boolean {
  return isSignPage(pathname) || /^\/((forgot|reset)-password|verify-email)(\/|$)/.test(pathname);
}

/** Whether this path is a page for signing in or up, where people with a session have no business. */
export function isSignPage(pathname: string): boolean {
  return /^\/sign-(in|up)(\/|$)/.test(pathname);
}

/** The sign-in page that leads back to where this person wanted to be. */
export function signInPathFor({ pathname, search }: { pathname: string; search: string }): string {
  const wanted = safeRedirect(`${pathname}${search}`);
  return wanted === HOME_PATH ? "/sign-in" : `/sign-in?redirect=${encodeURIComponent(wanted)}`;
}

function hasForbiddenCharacter(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || code === 0x7f || character === "\\") return true;
  }
  return false;
}
