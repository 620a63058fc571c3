import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConvexClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type CommandLine, openCommandLine } from "./cli-rig.ts";
import { until } from "./rig.ts";

const TROUBLE_DIR = fileURLToPath(new URL("./fixtures/trouble", import.meta.url));
const trouble = anyApi.trouble!;

let commandLine: CommandLine;
let url: string;
let output = "";
const clients: ConvexClient[] = [];

/** A real process: what a loop holds up is everything that lives in it. */
beforeAll(async () => {
  commandLine = openCommandLine();
  cpSync(TROUBLE_DIR, join(commandLine.root, "convex"), { recursive: true });
  const started = await commandLine.start();
  url = started.url;
  started.child.stderr!.on("data", (part) => {
    output += part;
  });
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await commandLine.end();
});

function connect(): ConvexClient {
  const client = new ConvexClient(url, {
    webSocketConstructor: WebSocket as unknown as typeof globalThis.WebSocket,
    unsavedChangesWarning: false,
  });
  clients.push(client);
  return client;
}

const timedOut = expect.objectContaining({
  message: expect.stringMatching(/Function execution timed out/),
});

it("[WD1] [WD2] stops functions that never end, each within 5 s; nobody else is cut off", {
  timeout: 90_000,
}, async () => {
  const canary = connect();
  let disconnects = 0;
  let wasConnected = false;
  canary.subscribeToConnectionState(({ isWebSocketConnected }) => {
    if (wasConnected && !isWebSocketConnected) disconnects++;
    wasConnected = isWebSocketConnected;
  });
  const marks = (name: string) =>
    until(
      (onValue: (names: string[]) => void) => canary.onUpdate(trouble.marks!, {}, onValue),
      (names) => names.includes(name),
    );
  const calls: Array<[string, (client: ConvexClient) => Promise<unknown>]> = [
    ["loop", (client) => client.mutation(trouble.loop!, {})],
    ["stubborn", (client) => client.mutation(trouble.stubborn!, {})],
    ["nested", (client) => client.mutation(trouble.nested!, {})],
    ["recursion", (client) => client.query(trouble.recursion!, {})],
    ["promises", (client) => client.query(trouble.promises!, {})],
    ["loopingAction", (client) => client.action(trouble.loopingAction!, {})],
  ];
  for (const [name, call] of calls) {
    const startMs = performance.now();
    await expect(call(connect())).rejects.toEqual(timedOut);
    expect(performance.now() - startMs, name).toBeLessThan(5_000);
    await canary.mutation(trouble.mark!, { name });
    await marks(name);
    expect(output).toMatch(new RegExp(`stopped.*trouble:${name === "nested" ? "loop" : name}\\b`));
  }
  const names = (await canary.query(trouble.marks!, {})) as string[];
  expect(names).toEqual(calls.map(([name]) => name));
  expect(disconnects).toBe(0);
});
