type Cookie = { name: string; value: string };

const EMBEDDED_NAMES = new Set(["parley.session_token", "__Host-parley.session_token"]);

/**
 * Whether this browser seems to have a session with the service in use, by the look of its cookies
 * alone. Good enough to choose a page; worth nothing as proof. Cookies of the other service, left
 * over from before a switch, do not count: they would send people in circles.
 */
export function hasSessionCookie(cookies: Cookie[], authMode: "embedded" | "clerk"): boolean {
  return cookies.some(({ name, value }) => {
    if (value === "") return false;
    if (authMode === "embedded") return EMBEDDED_NAMES.has(name);
    // Clerk's time of the last change of session, 0 while signed out; names may carry a suffix.
    return /^__client_uat(_[\w-]+)?$/.test(name) && value !== "0";
  });
}
