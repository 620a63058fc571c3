type Cookie = { name: string; value: string };

const EMBEDDED_NAMES = new Set(["parley.session_token", "__Host-parley.session_token"]);

/**
 * Whether this browser seems to have a session, by the look of its cookies alone. Good enough to
 * choose a page; worth nothing as proof.
 */
export function hasSessionCookie(cookies: Cookie[]): boolean {
  return cookies.some(({ name, value }) => {
    if (value === "") return false;
    if (EMBEDDED_NAMES.has(name)) return true;
    // Clerk's time of the last change of session, 0 while signed out; names may carry a suffix.
    return /^__client_uat(_[\w-]+)?$/.test(name) && value !== "0";
  });
}
