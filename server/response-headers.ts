import type { ServerResponse } from "node:http";

/**
 * Headers on every answer of this process, whoever writes it: pages, identity service, engine, or a
 * refusal. The policy for scripts is not here but in `proxy.ts`, because it differs per request.
 */
export const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
  ["referrer-policy", "no-referrer"],
  // For everything that is not a page: an answer opened by itself runs and frames nothing.
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"],
  [
    "permissions-policy",
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
  ],
];

/**
 * The service worker's own: it fetches pages and files of this server and nothing else. The policy for
 * other files would forbid it that, and would not let it run at all.
 */
const WORKER_PATH = "/sw.js";
const WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'";

/** @param options.isHttps Whether people reach this server over https; only then may browsers insist on it. */
export function setSecurityHeaders(
  response: ServerResponse,
  { isHttps, pathname }: { isHttps: boolean; pathname: string | null },
): void {
  for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
  if (pathname === WORKER_PATH) response.setHeader("content-security-policy", WORKER_POLICY);
  if (!isHttps) return;
  response.setHeader("strict-transport-security", "max-age=31536000");
  // Browsers complain about this one over plain http. Pop-ups stay possible for Clerk's sign-in.
  response.setHeader("cross-origin-opener-policy", "same-origin-allow-popups");
}
