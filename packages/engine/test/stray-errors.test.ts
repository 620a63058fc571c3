import type { ChildProcess } from "node:child_process";
import { ConvexClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type CommandLine, openCommandLine } from "./cli-rig.ts";

const late = anyApi.late!;

/** Every way to fail behind one's own back, at once or when a port is found to be closed. */
const LATE = `"use node";
import { EventEmitter } from "node:events";
import { connect } from "node:net";
import { nextTick, pid } from "node:process";
import { setTimeout as realTimeout } from "node:timers";
import { actionGeneric } from "convex/server";

realTimeout(() => {
  throw new Error("boom while loading");
}, 1);
connect(1, "127.0.0.1");

const ways = {
  timer: () => setTimeout(() => { throw new Error("boom of a timer"); }, 1),
  proxy: () => setTimeout(() => { throw new Proxy({}, { get() { throw 1; } }); }, 1),
  event: () => setImmediate(() => new EventEmitter().emit("error", new Error("boom of an event"))),
  socket: () => connect(1, "127.0.0.1"),
  microtask: () => queueMicrotask(() => { throw new Error("boom of a microtask"); }),
  tick: () => nextTick(() => { throw new Error("boom of a tick"); }),
  promise: () => void Promise.reject(new Error("boom of a promise")),
};

export const fail = actionGeneric({
  handler: async (_, { way }) => {
    ways[way]();
    return pid;
  },
});
`;

let commandLine: CommandLine;
let child: ChildProcess;
let output = "";
let url: string;
const clients: ConvexClient[] = [];

beforeEach(async () => {
  const { PARLEY_SUPERVISOR: _, ...environment } = process.env;
  commandLine = openCommandLine(environment);
  commandLine.write("convex/late.ts", LATE);
  output = "";
  ({ child, url } = await commandLine.start());
  child.stderr!.on("data", (part) => {
    output += part;
  });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await commandLine.stop(child);
  await commandLine.end();
});

function connect(): ConvexClient {
  const client = new ConvexClient(url, {
    webSocketConstructor: WebSocket as unknown as typeof globalThis.WebSocket,
    unsavedChangesWarning: false,
    logger: false,
  });
  clients.push(client);
  return client;
}

const logged = (pattern: RegExp) => expect.poll(() => output, { timeout: 30_000 }).toMatch(pattern);

it("[WD5] what a function left behind fails alone, and is named with its place", {
  timeout: 60_000,
}, async () => {
  const client = connect();
  const fail = (way: string) => client.action(late.fail!, { way });
  const pid = await fail("timer");
  await logged(
    /"function":"late:fail","error":"Error: boom of a timer\\n.*convex\/late\.ts:14:\d+/,
  );
  await fail("event");
  await logged(/"function":"late:fail","error":"Error: boom of an event/);
  await fail("socket");
  await logged(/"function":"late:fail","error":"Error: connect ECONNREFUSED/);
  await fail("microtask");
  await logged(/boom of a microtask\\n.*convex\/late\.ts:/);
  await fail("tick");
  await logged(/"function":"late:fail","error":"Error: boom of a tick/);
  await fail("promise");
  await logged(/nobody was waiting.*"function":"late:fail","error":"Error: boom of a promise/);
  await fail("proxy");
  await logged(/"function":"late:fail","error":"Error: something that cannot be shown/);
  await logged(/left something behind.*connect ECONNREFUSED/);
  // It is the same process still, on the same connection.
  expect(await fail("promise")).toBe(pid);
  expect(client.connectionState().connectionCount).toBe(1);
  expect(output).not.toContain("is started again");
});
