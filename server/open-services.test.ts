import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { ConvexClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createEventOutbox } from "@/auth/embedded/event-outbox";
import { deletedUserEvent } from "@/auth/embedded/events";
import { parseEnvironment } from "@/lib/env";
import { createClientAddressReader } from "./client-address";
import { openServices, type Services } from "./open-services";

const FUNCTIONS = `
import { mutationGeneric } from "convex/server";
export const ip = mutationGeneric({
  args: {},
  handler: async (ctx) => (await ctx.meta.getRequestMetadata()).ip,
});
export const warn = mutationGeneric({
  args: {},
  handler: async () => {
    console.log("said");
    console.warn("Report 1 is open.");
    return null;
  },
});
`;

let folder: string;
let services: Services | null = null;
const server = createServer();
let url: string;
let logged: unknown[];

/** Functions of our own in the product's services, behind a proxy that the settings trust. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "parley-services-"));
  logged = [];
  mkdirSync(join(folder, "convex"));
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "convex", "asked.ts"), FUNCTIONS);
  const modules = fileURLToPath(new URL("../node_modules", import.meta.url));
  symlinkSync(modules, join(folder, "node_modules"), "junction");
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}/convex`;
  services = await open(port);
  const engine = services.findEngine()!;
  server.on("request", engine.handleRequest);
  server.on("upgrade", engine.handleUpgrade);
});

function open(port: number): Promise<Services> {
  const parsed = parseEnvironment({ PORT: String(port), PARLEY_TRUSTED_PROXIES: "127.0.0.1" });
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return openServices({
    config: parsed.config,
    rootDir: folder,
    dataDir: join(folder, "data"),
    isDev: false,
    isSupervised: false,
    clientAddress: createClientAddressReader(parsed.config.trustedProxies),
    log: (...entry) => logged.push(entry),
    onDiskFailed: () => {},
  });
}

afterEach(async () => {
  await services?.close();
  server.removeAllListeners("request").removeAllListeners("upgrade");
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

test("functions are told the client's address and not the proxy's, over socket and HTTP", async () => {
  const forwarded = { "x-forwarded-for": "198.51.100.1, 203.0.113.9" };
  const body = JSON.stringify({ path: "asked:ip", args: {} });
  const init = { method: "POST", headers: forwarded, body };
  const answer = await (await fetch(`${url}/api/mutation`, init)).json();
  expect(answer).toMatchObject({ value: "203.0.113.9" });

  class ProxiedSocket extends WebSocket {
    constructor(address: string) {
      super(address, { headers: forwarded });
    }
  }
  const client = new ConvexClient(url, {
    webSocketConstructor: ProxiedSocket as unknown as typeof globalThis.WebSocket,
    unsavedChangesWarning: false,
  });
  expect(await client.mutation(anyApi.asked!.ip!, {})).toBe("203.0.113.9");
  await client.close();
});

test("news that a process could not deliver any more are delivered by the next", async () => {
  await services?.close();
  const database = new Database(join(folder, "data", "identity.sqlite"));
  const event = deletedUserEvent("somebody", 1);
  createEventOutbox(database).add(event);
  database.close();
  const posted = new Promise<unknown>((resolve) => {
    server.removeAllListeners("request").on("request", async (request, response) => {
      const body = await text(request);
      response.end();
      if (request.url === "/convex/http/identity-events") resolve(JSON.parse(body));
    });
  });
  services = await open((server.address() as AddressInfo).port);
  expect(await posted).toEqual(event);
});

test("what the functions warn of is in the server's log, and nothing else that they say", async () => {
  const body = JSON.stringify({ path: "asked:warn", args: {} });
  const answer = await fetch(`${url}/api/mutation`, { method: "POST", body });
  expect(await answer.json()).toMatchObject({ status: "success" });
  const said = logged.filter((entry) => JSON.stringify(entry).includes("asked:warn"));
  expect(said).toEqual([["warn", "'Report 1 is open.'", { function: "asked:warn" }]]);
  expect(JSON.stringify(logged)).not.toContain("'said'");
});
