import { EventEmitter } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import next from "next";
import { inRequestLanguage } from "./request-language";

/** The pages: Next, without a server of its own. */
export type Pages = {
  handleRequest: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Hot reload while developing; `null` in production, where pages never see an upgrade. */
  handleUpgrade: ((request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>) | null;
  close: () => Promise<void>;
};

export async function openPages(options: {
  rootDir: string;
  isDev: boolean;
  host: string;
  port: number;
}): Promise<Pages> {
  const { rootDir, isDev, host, port } = options;
  // Next would listen for upgrades on the server of the first request it sees, the engine's sockets
  // included. Given this one, it hears those that we pass on: its own, while developing.
  // (`getUpgradeHandler` answers nothing: it leads past the router, where hot reload lives.)
  const deafServer = new EventEmitter() as Server;
  const app = next({
    dev: isDev,
    dir: rootDir,
    hostname: host,
    port,
    httpServer: deafServer,
    quiet: !isDev,
  });
  await app.prepare();
  const handleRequest = app.getRequestHandler();
  return {
    handleRequest: (request, response) =>
      inRequestLanguage(request, () => handleRequest(request, response)),
    handleUpgrade: isDev
      ? async (request, socket, head) => {
          deafServer.emit("upgrade", request, socket, head);
        }
      : null,
    close: () => app.close(),
  };
}
