import { fileURLToPath } from "node:url";
import { ConvexClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type RunningEngine, startEngine, until } from "./rig.ts";

const ASKED_DIR = fileURLToPath(new URL("./fixtures/asked", import.meta.url));
const asked = anyApi.asked!;
const AGENT = "A browser/1.0";
const HERE = ["127.0.0.1", AGENT];

class AgentSocket extends WebSocket {
  constructor(url: string) {
    super(url, { headers: { "user-agent": AGENT, "x-forwarded-for": "203.0.113.9" } });
  }
}

let running: RunningEngine;
const clients: ConvexClient[] = [];
const open = async (options: object = {}) => {
  running = await startEngine({ functionsDir: ASKED_DIR, ...options });
  const client = new ConvexClient(running.url, {
    webSocketConstructor: AgentSocket as unknown as typeof globalThis.WebSocket,
    unsavedChangesWarning: false,
    logger: false,
  });
  clients.push(client);
  return client;
};
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await running.stop();
});

async function call(kind: string, userAgent = AGENT) {
  const response = await fetch(`${running.url}/api/${kind}`, {
    method: "POST",
    headers: { "user-agent": userAgent, "x-forwarded-for": "203.0.113.9" },
    body: JSON.stringify({ path: `asked:${kind}`, args: {} }),
  });
  return ((await response.json()) as { value: unknown }).value;
}

describe("ctx.meta.getRequestMetadata", () => {
  it("[RT25] tells who asks over the socket, also what the function calls", async () => {
    const client = await open();
    expect(await client.mutation(asked.mutation!, {})).toEqual(HERE);
    expect(await client.action(asked.action!, {})).toEqual(HERE);
  });

  it("[RT25] tells who asks over HTTP, in HTTP actions too", async () => {
    await open();
    for (const kind of ["mutation", "action"]) expect(await call(kind)).toEqual(HERE);
    const init = { headers: { "user-agent": AGENT } };
    expect(await (await fetch(`${running.url}/http/asked`, init)).json()).toEqual(HERE);
    expect(await call("mutation", "x".repeat(5_000))).toEqual(["127.0.0.1", "x".repeat(1_024)]);
  });

  it("[RT25] believes the host about who is really asking", async () => {
    const readAddress = (request: { headers: Record<string, unknown> }) =>
      String(request.headers["x-forwarded-for"]);
    const client = await open({ readAddress });
    const there = ["203.0.113.9", AGENT];
    expect(await client.mutation(asked.mutation!, {})).toEqual(there);
    expect(await call("mutation")).toEqual(there);
  });

  it("[RT25] tells jobs of nobody", async () => {
    const client = await open();
    await client.mutation(asked.schedule!, {});
    const noted = await until<unknown[]>(
      (onValue) => client.onUpdate(asked.noted!, {}, onValue),
      (list) => list.length > 0,
    );
    expect(noted).toEqual([[null, null]]);
  });
});
