import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexClient } from "convex/browser";
import { WebSocket } from "ws";
import { createEngine, type Engine, type EngineOptions } from "../src/index.ts";

export const NOTES_DIR = fileURLToPath(new URL("./fixtures/notes", import.meta.url));
export const ADMIN_KEY = "an-admin-key-for-tests";

/** A real engine behind a real port on loopback. */
export interface RunningEngine {
  engine: Engine;
  url: string;
  port: number;
  /** A stock client; closed with the rig. */
  connect(): ConvexClient;
  stop(): Promise<void>;
}

export async function startEngine(
  options: Partial<EngineOptions> & { port?: number } = {},
): Promise<RunningEngine> {
  const server = createServer();
  const port = await listen(server, options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  const engine = await createEngine({
    dataDir: null,
    functionsDir: NOTES_DIR,
    environmentVariables: {},
    cloudUrl: url,
    siteUrl: url,
    adminKey: ADMIN_KEY,
    mountPath: "",
    log: () => {},
    ...options,
  });
  server.on("request", engine.handleRequest);
  server.on("upgrade", engine.handleUpgrade);
  const clients: ConvexClient[] = [];
  return {
    engine,
    url,
    port,
    connect: () => {
      const client = new ConvexClient(url, {
        webSocketConstructor: WebSocket as unknown as typeof globalThis.WebSocket,
        unsavedChangesWarning: false,
      });
      clients.push(client);
      return client;
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await engine.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A folder that is gone after `use`. */
export async function withFolder<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), "parley-engine-"));
  try {
    return await use(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Resolves with the first value of a subscription that satisfies the condition. */
export function until<T>(
  subscribe: (onValue: (value: T) => void) => () => void,
  condition: (value: T) => boolean,
): Promise<T> {
  return new Promise((resolve) => {
    let unsubscribe: (() => void) | null = null;
    let isDone = false;
    unsubscribe = subscribe((value) => {
      if (isDone || !condition(value)) return;
      isDone = true;
      unsubscribe?.();
      resolve(value);
    });
    if (isDone) unsubscribe();
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
