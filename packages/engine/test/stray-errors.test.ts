import { anyApi } from "convex/server";
import { expect, it } from "vitest";
import { superviseEach } from "./supervised.ts";

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

const supervised = superviseEach((commandLine) => commandLine.write("convex/late.ts", LATE));

const logged = (pattern: RegExp) =>
  expect.poll(() => supervised.output, { timeout: 30_000 }).toMatch(pattern);

it("[WD5] what a function left behind fails alone, and is named with its place", {
  timeout: 60_000,
}, async () => {
  const client = supervised.connect();
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
  expect(supervised.output).not.toContain("is started again");
});
