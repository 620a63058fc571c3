import { type NextRequest, NextResponse } from "next/server";
import { isSignPage, safeRedirect, signInPathFor } from "@/auth/safe-redirect";
import { hasSessionCookie } from "@/auth/session-cookie";
import { BUILD_ID } from "@/lib/build-id";
import { parseEnvironment, type ServerConfig } from "@/lib/env";
import { requestedLanguage } from "@/lib/language";
import { buildPagePolicy } from "@/lib/page-policy";

/**
 * Runs before every page. It spares people a page that is not for them, and gives the page its
 * policy for scripts. It protects nothing: whoever forges a cookie sees empty pages, because every
 * decision about data is made in the functions.
 */
export function proxy(request: NextRequest): NextResponse {
  const parsed = parseEnvironment(process.env);
  // The server has refused to start with anything else.
  if (!parsed.ok) return new NextResponse(null, { status: 503 });
  const { config } = parsed;
  const elsewhere = findBetterPage(request, config.identity.kind);
  if (elsewhere) return NextResponse.redirect(new URL(elsewhere, request.url), 307);

  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = buildPagePolicy(nonce, readPolicyFacts(request, config));
  const headers = new Headers(request.headers);
  // Next reads the nonce for its own scripts from this header; our layout from the other.
  headers.set("content-security-policy", policy);
  headers.set("x-nonce", nonce);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  // For the service worker, which keeps pages of its own build only, in the language spoken now.
  response.headers.set("x-parley-build", BUILD_ID);
  response.headers.set("content-language", readLanguage(request));
  // Pages differ by person and carry a nonce: no cache on the way may keep them.
  response.headers.set("cache-control", "private, no-cache, no-store, max-age=0");
  return response;
}

export const config = {
  // Every page, found or not; files have an ending and the API answers for itself.
  matcher: ["/((?!api/|_next/|[^?]*\\.[A-Za-z0-9]{1,8}$).*)"],
};

function findBetterPage(
  { nextUrl, cookies }: NextRequest,
  authMode: ServerConfig["identity"]["kind"],
): string | null {
  const { pathname, search, searchParams } = nextUrl;
  const isSignedIn = hasSessionCookie(cookies.getAll(), authMode);
  if (isSignPage(pathname)) {
    // Clerk's cookie may outlive its session, and its own form knows; ours is taken away with it.
    const mayLeave = isSignedIn && authMode === "embedded";
    return mayLeave ? safeRedirect(searchParams.get("redirect")) : null;
  }
  const needsSession = /^\/(messages|users|settings|admin)?(\/|$)/.test(pathname);
  return needsSession && !isSignedIn ? signInPathFor({ pathname, search }) : null;
}

function readLanguage({ headers }: NextRequest): string {
  return requestedLanguage({
    cookie: headers.get("cookie") ?? undefined,
    acceptLanguage: headers.get("accept-language") ?? undefined,
  });
}

function readPolicyFacts(request: NextRequest, { backend, identity }: ServerConfig) {
  return {
    host: request.headers.get("host"),
    isDev: process.env.NODE_ENV === "development",
    convexUrl: backend.kind === "hosted" ? backend.convexUrl : null,
    clerkIssuer: identity.kind === "clerk" ? identity.issuer : null,
  };
}
