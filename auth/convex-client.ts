import { ConvexReactClient } from "convex/react";
import type { PublicConfig } from "@/lib/public-config";

const REFRESH_LEEWAY_MIN_SECONDS = 30;
const REFRESH_LEEWAY_SPREAD_SECONDS = 60;

/**
 * The one Convex client of a page. Queries wait for the first token because the session components
 * set it up before anything below them subscribes; `expectAuth` would promise the same, but a socket
 * that opens before the token's fetch begins is then paused twice and never says Connect.
 *
 * On the server, where pages are only drafted, it has a made-up
 * address: the client opens its socket in effects, which never run there.
 */
export function createConvexClient({ convexUrl }: Pick<PublicConfig, "convexUrl">) {
  const ownOrigin = typeof window === "undefined" ? "http://draft.invalid" : window.location.origin;
  const leewaySpread = Math.round(Math.random() * REFRESH_LEEWAY_SPREAD_SECONDS);
  return new ConvexReactClient(convexUrl ?? `${ownOrigin}/convex`, {
    // What is written waits in an outbox that survives the page, so leaving it loses nothing.
    unsavedChangesWarning: false,
    // The token that opened the session is fresh, so it need not be replaced at once.
    initialAuthTokenReuse: true,
    // Spread, so that people who came back together after a restart do not renew together.
    authRefreshTokenLeewaySeconds: REFRESH_LEEWAY_MIN_SECONDS + leewaySpread,
  });
}
