import { fileURLToPath } from "node:url";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { ConvexReactClient } from "convex/react";
import { anyApi } from "convex/server";
import { afterAll, beforeAll } from "vitest";
import { type RunningEngine, startEngine } from "../rig.ts";
import { createTestIssuer, type TestIssuer } from "../tokens.ts";
import { createFlakyNetwork, type FlakyNetwork } from "./flaky-socket.ts";

// biome-ignore lint/suspicious/noExplicitAny: references without generated types
export const { things } = anyApi as Record<string, any>;

const QUIET = { logger: false, unsavedChangesWarning: false } as const;

/** One engine for all tests of a file, and stock clients of every kind for it. */
export class Clients {
  #running: RunningEngine | null = null;
  issuer!: TestIssuer;
  readonly #open: Array<{ close(): Promise<void> }> = [];

  get url(): string {
    return this.#running!.url;
  }

  async start(): Promise<void> {
    this.issuer = await createTestIssuer();
    this.#running = await startEngine({
      functionsDir: fileURLToPath(new URL("../fixtures/client", import.meta.url)),
      environmentVariables: this.issuer.environmentVariables,
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#open.map((client) => client.close()));
    await this.#running?.stop();
  }

  socket(options: object = {}): ConvexClient & { network: FlakyNetwork } {
    const network = createFlakyNetwork();
    const { webSocketConstructor } = network;
    const client = new ConvexClient(this.url, { ...QUIET, webSocketConstructor, ...options });
    this.#open.push(client);
    return Object.assign(client, { network });
  }

  react(options: object = {}): ConvexReactClient & { network: FlakyNetwork } {
    const network = createFlakyNetwork();
    const { webSocketConstructor } = network;
    const client = new ConvexReactClient(this.url, { ...QUIET, webSocketConstructor, ...options });
    this.#open.push(client);
    return Object.assign(client, { network });
  }

  http(): ConvexHttpClient {
    return new ConvexHttpClient(this.url, { logger: false });
  }
}

export function startClients(): Clients {
  const clients = new Clients();
  beforeAll(() => clients.start());
  afterAll(() => clients.stop());
  return clients;
}

let rooms = 0;
/** A room that no other test has. */
export function newRoom(): string {
  return `room ${rooms++}`;
}
