import type { ChildProcess } from "node:child_process";
import { ConvexClient } from "convex/browser";
import { afterEach, beforeEach } from "vitest";
import { WebSocket } from "ws";
import { type CommandLine, openCommandLine } from "./cli-rig.ts";

/** A `start` with its supervisor, as a person at a terminal has it. */
export class Supervised {
  readonly #clients: ConvexClient[] = [];
  #commandLine!: CommandLine;
  child!: ChildProcess;
  url = "";
  /** What has come out at its errors. */
  output = "";

  /** @param prepare Puts the functions into the folder. */
  async open(prepare: (commandLine: CommandLine) => void): Promise<void> {
    const { PARLEY_SUPERVISOR: _, ...environment } = process.env;
    this.#commandLine = openCommandLine(environment);
    prepare(this.#commandLine);
    this.output = "";
    await this.start();
    this.child.stderr!.on("data", (part) => {
      this.output += part;
    });
  }

  /** Again, after it has ended. */
  async start(): Promise<void> {
    ({ child: this.child, url: this.url } = await this.#commandLine.start());
  }

  connect(): ConvexClient {
    const client = new ConvexClient(this.url, {
      webSocketConstructor: WebSocket as unknown as typeof globalThis.WebSocket,
      unsavedChangesWarning: false,
      logger: false,
    });
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.close()));
    await this.#commandLine.stop(this.child);
    await this.#commandLine.end();
  }
}

/** One for each test of a file. */
export function superviseEach(prepare: (commandLine: CommandLine) => void): Supervised {
  const supervised = new Supervised();
  beforeEach(() => supervised.open(prepare));
  afterEach(() => supervised.close());
  return supervised;
}
