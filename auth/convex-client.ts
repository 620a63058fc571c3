import { ConvexReactClient } from "convex/react";
import type { PublicConfig } from "@/lib/public-config";
import { createWakingSockets } from "./waking-socket";

const REFRESH_LEEWAY_MIN_SECONDS = 30;
const REFRESH_LEEWAY_SPREAD_SECONDS = 60;

/**
 * The one Convex client of a page. Queries wait for the first token because the session components
 * set it up before anything below them subscribes; `expectAuth` would promise the same, but a socket
 * that opens before the token's fetch begins is then paused twice and never says Connect.
 *
 * On the server, where pages are only drafted, all pages share one that never connects.
 */
export function createConvexClient({
  convexUrl,
}: Pick<PublicConfig, "convexUrl">): ConvexReactClient {
  if (typeof window === "undefined") return draftClient();
  const sockets = createWakingSockets();
  sockets.watch();
  const leewaySpread = Math.round(Math.random() * REFRESH_LEEWAY_SPREAD_SECONDS);
  return new ConvexReactClient(convexUrl ?? `${window.location.origin}/convex`, {
    webSocketConstructor: sockets.Socket as typeof WebSocket,
    // The token that opened the session is fresh, so it need not be replaced at once.
    initialAuthTokenReuse: true,
    // Spread, so that people who came back together after a restart do not renew together.
    authRefreshTokenLeewaySeconds: REFRESH_LEEWAY_MIN_SECONDS + leewaySpread,
    // It would have the browser ask "Leave site?" while anything is under way, a heartbeat too. What
    // somebody wrote is kept before it is sent: messages in the outbox, edits in `features/messages/kept-edits.ts`.
    unsavedChangesWarning: false,
  });
}

let draft: ConvexReactClient | null = null;

/**
 * A hook that looks at the connection while a page is drafted makes the client open its socket, in
 * the server's own process and for ever. This one has a socket that goes nowhere. It can be shared:
 * without effects nobody signs it in and it learns nothing.
 */
function draftClient(): ConvexReactClient {
  draft ??= new ConvexReactClient("http://draft.invalid", {
    webSocketConstructor: SilentSocket as unknown as typeof WebSocket,
    logger: false,
  });
  return draft;
}

class SilentSocket {
  readonly readyState = 0;
  send(): void {}
  close(): void {}
}
