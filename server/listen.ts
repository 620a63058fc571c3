import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import type { createDispatch } from "./dispatch";

type Dispatch = Pick<ReturnType<typeof createDispatch>, "handleRequest" | "handleUpgrade">;

/** One port that is open. */
export type Listener = {
  /** Takes nobody new; what is under way goes on. */
  stopAccepting: () => void;
  /** Resolves when the last connection has gone; those still there after `drainMs` are cut. */
  close: (drainMs: number) => Promise<void>;
};

const HEADER_BYTES_MAX = 16_384;
const HEADERS_TIMEOUT_MS = 15_000;
/** Long enough for a large file over a slow line; the engine bounds its own bodies. */
const REQUEST_TIMEOUT_MS = 300_000;
/** Longer than the usual proxy keeps its idle connections, so that it is never us who close first. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Listens on one port, under every name the host has: the default, `127.0.0.1`, brings `[::1]` along
 * where the machine has it, because `localhost` may mean either.
 *
 * @throws the system's own error, with nothing left open.
 */
export async function listen(dispatch: Dispatch, host: string, port: number): Promise<Listener> {
  const first = await listenOn(dispatch, host, port);
  if (host !== "127.0.0.1" && host !== "localhost") return first;
  try {
    const second = await listenOn(dispatch, "::1", port);
    return {
      stopAccepting() {
        first.stopAccepting();
        second.stopAccepting();
      },
      async close(drainMs) {
        await Promise.all([first.close(drainMs), second.close(drainMs)]);
      },
    };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // A machine without IPv6, or a `localhost` that meant `::1` already.
    if (code !== "EADDRINUSE" || host === "localhost") return first;
    await first.close(0);
    throw error;
  }
}

function listenOn(dispatch: Dispatch, host: string, port: number): Promise<Listener> {
  const server = createServer({ maxHeaderSize: HEADER_BYTES_MAX }, dispatch.handleRequest);
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on("upgrade", dispatch.handleUpgrade);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve(createListener(server));
    });
  });
}

function createListener(server: Server): Listener {
  // The server forgets connections once they are upgraded, but waits for them all the same.
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  let closed: Promise<void> | null = null;

  function stopAccepting(): Promise<void> {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
    return closed;
  }

  return {
    stopAccepting: () => void stopAccepting(),
    async close(drainMs) {
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, drainMs);
      await stopAccepting();
      clearTimeout(cut);
    },
  };
}
