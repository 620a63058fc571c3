export type PagePolicyFacts = {
  /** The `Host` header; sockets to it must be named, older browsers do not count them as `'self'`. */
  host: string | null;
  isDev: boolean;
  /** The hosted deployment's origin, `null` for the embedded engine. */
  convexUrl: string | null;
  /** Clerk's address, from which its own script comes; `null` for the embedded service. */
  clerkIssuer: string | null;
};

/**
 * The content security policy of one page. By default nothing leaves this server's own origin; a
 * hosted service adds exactly its own hosts.
 *
 * @param nonce Base64, new for every answer; scripts without it do not run.
 */
export function buildPagePolicy(nonce: string, facts: PagePolicyFacts): string {
  const { host, isDev, convexUrl, clerkIssuer } = facts;
  const clerkHosts = clerkIssuer ? [clerkIssuer] : [];
  const sources: Record<string, string[]> = {
    "default-src": ["'none'"],
    "script-src": [
      "'self'",
      `'nonce-${nonce}'`,
      "'strict-dynamic'",
      ...clerkHosts,
      // Only while developing: React rebuilds stack traces of the server with it.
      ...(isDev ? ["'unsafe-eval'"] : []),
    ],
    // Styles on elements (sizes of a virtual list, a person's hue) have no nonce to carry.
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "blob:", "data:", ...(clerkIssuer ? ["https://img.clerk.com"] : [])],
    "media-src": ["'self'", "blob:"],
    "font-src": ["'self'"],
    "manifest-src": ["'self'"],
    "worker-src": ["'self'", ...(clerkIssuer ? ["blob:"] : [])],
    "connect-src": ["'self'", ...ownSockets(host), ...hostedSockets(convexUrl), ...clerkHosts],
    "frame-src": clerkIssuer ? ["https://challenges.cloudflare.com"] : ["'none'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "object-src": ["'none'"],
  };
  return Object.entries(sources)
    .map(([directive, values]) => `${directive} ${values.join(" ")}`)
    .join("; ");
}

function ownSockets(host: string | null): string[] {
  // A header from outside must not be able to write directives of its own.
  if (!host || !/^[A-Za-z0-9.\-:[\]]{1,255}$/.test(host)) return [];
  return [`ws://${host}`, `wss://${host}`];
}

function hostedSockets(convexUrl: string | null): string[] {
  return convexUrl ? [convexUrl, convexUrl.replace(/^http/, "ws")] : [];
}
