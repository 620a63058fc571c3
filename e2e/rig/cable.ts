// The wire between a browser and the server's socket, which a test can cut and mend.
import type { BrowserContext, WebSocketRoute } from "playwright-core";

export interface Cable {
  /** Ends every connection, and refuses new ones until it is mended. */
  cut(): void;
  mend(): void;
  /** Ends every connection; the next one may come at once. */
  shake(): void;
  /** What the server says on the connections of now reaches nobody any more; neither end is told. */
  muffle(): void;
  /** Nothing that somebody changes reaches the server from now on; what they look at still does. */
  holdMutations(): void;
}

/** Puts a cable between all pages of a browser context, opened from now on, and the server. */
export async function layCable(context: BrowserContext): Promise<Cable> {
  let isCut = false;
  let isHolding = false;
  const ends = new Map<WebSocketRoute, WebSocketRoute>();
  await context.routeWebSocket(/\/convex\/api\//, (socket) => {
    if (isCut) {
      socket.close({ code: 1011, reason: "cut" });
      return;
    }
    const server = socket.connectToServer();
    ends.set(socket, server);
    socket.onMessage((frame) => {
      if (!(isHolding && String(frame).includes('"type":"Mutation"'))) server.send(frame);
    });
  });
  const shake = () => {
    for (const [socket, server] of ends) {
      server.close();
      socket.close({ code: 1011, reason: "cut" });
    }
    ends.clear();
  };
  return {
    shake,
    muffle() {
      for (const server of ends.values()) server.onMessage(() => undefined);
    },
    holdMutations() {
      isHolding = true;
    },
    cut() {
      isCut = true;
      shake();
    },
    mend() {
      isCut = false;
    },
  };
}
