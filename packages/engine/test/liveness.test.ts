import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, describe, expect, it } from "vitest";
import { type Environment, realEnvironment } from "../src/base/environment.ts";
import { limits } from "../src/base/limits.ts";
import { type RunningEngine, startEngine } from "./rig.ts";
import { openPeer, type SyncPeer } from "./sync-peer.ts";

const CLIENT_DIR = fileURLToPath(new URL("./fixtures/client", import.meta.url));
const things = anyApi.things!;
const FINAL_MS = 1_000;

let running: RunningEngine;
afterEach(() => running.stop());

/** The engine's monotonic clock and its look at the sockets, in the test's hands. */
async function startWithClock() {
  const real = realEnvironment(() => {});
  let aheadMs = 0;
  let check = () => {};
  let holdsFinal = false;
  const environment: Environment = {
    ...real,
    monotonicMs: () => real.monotonicMs() + aheadMs,
    setTimer: (delayMs, callback) => {
      if (delayMs === limits.livenessCheckMs) check = callback;
      else if (!holdsFinal || delayMs !== FINAL_MS) return real.setTimer(delayMs, callback);
      return { cancel: () => {} };
    },
  };
  running = await startEngine({ functionsDir: CLIENT_DIR, environment });
  return {
    /** So much later, the engine looks at its sockets. */
    lookAfter: (ms: number) => {
      aheadMs += ms;
      // Whoever is cut off is let finish reading, however slow this machine is.
      holdsFinal = true;
      check();
      holdsFinal = false;
    },
  };
}

const show = (peer: SyncPeer, version: number, ...queries: Array<[string, object]>) =>
  peer.send({
    type: "ModifyQuerySet",
    baseVersion: version - 1,
    newVersion: version,
    modifications: queries.map(([udfPath, args], place) => ({
      type: "Add",
      queryId: 10 * version + place,
      udfPath,
      args: [args],
    })),
  });
const big = (place: number): [string, object] => ["things:big", { characters: 7_000_000 + place }];
const pings = (peer: SyncPeer) => peer.all.filter(({ type }) => type === "Ping").length;
/** Whatever was sent before has come when this has. */
let asked = 0;
async function roundTrip(peer: SyncPeer) {
  const requestId = asked++;
  peer.send({ type: "Action", requestId, udfPath: "things:whoActs", args: [{}] });
  await peer.next("ActionResponse");
}

describe("a connection on which nothing is said", () => {
  it("[LV1] is told after 15 s that the engine is there, and not before", async () => {
    const { lookAfter } = await startWithClock();
    const peer = await openPeer(running.url, "session-a");
    await roundTrip(peer);
    lookAfter(limits.pingIntervalMs - 5_000);
    await roundTrip(peer);
    expect(pings(peer)).toBe(0);
    // What was said meanwhile counts.
    lookAfter(6_000);
    await roundTrip(peer);
    expect(pings(peer)).toBe(0);
    lookAfter(limits.pingIntervalMs + 1_000);
    expect(await peer.next("Ping")).toEqual({ type: "Ping" });
  });

  it("[LV2] is cut when its other end does not even answer pings for 120 s", async () => {
    const { lookAfter } = await startWithClock();
    const dead = await openPeer(running.url, "dead", { autoPong: false });
    const quiet = await openPeer(running.url, "quiet");
    await roundTrip(dead);
    await roundTrip(quiet);
    lookAfter(limits.socketIdleMs - 10_000);
    await Promise.all([dead.next("Ping"), quiet.next("Ping")]);
    // Its pong has gone out before this.
    await roundTrip(quiet);
    lookAfter(11_000);
    expect((await dead.closed).code).toBe(1006);
    await roundTrip(quiet);
  });
});

describe("a client that does not read", () => {
  it("[LV3] is cut after 30 s with 1013, and nobody else notices", async () => {
    const { lookAfter } = await startWithClock();
    const slow = await openPeer(running.url, "slow");
    const other = await openPeer(running.url, "other");
    await roundTrip(slow);
    slow.setReading(false);
    show(slow, 1, big(0), big(1), big(2));
    await expect.poll(() => running.engine.counters().queryRuns).toBe(3);
    // Its answer comes behind the beginning of all that, which is more than any network holds.
    await roundTrip(other);
    lookAfter(limits.socketStalledMs - 5_000);
    await roundTrip(other);
    lookAfter(6_000);
    await roundTrip(other);
    slow.setReading(true);
    expect(await slow.closed).toEqual({ code: 1013, reason: "SlowConsumer" });
    await roundTrip(other);
  });

  it("[LV4] is told the newest in few transitions, however much has happened meanwhile", async () => {
    await startWithClock();
    const slow = await openPeer(running.url, "slow");
    show(slow, 1, ["things:list", { room: "busy" }]);
    await slow.next("Transition");
    slow.setReading(false);
    // Two transitions may wait for it: these are larger than all that the network holds.
    show(slow, 2, big(0));
    await expect.poll(() => running.engine.counters().queryRuns).toBe(2);
    const http = new ConvexHttpClient(running.url, { logger: false });
    const texts = Array.from({ length: 50 }, (_, n) => String(n).padStart(2, "0"));
    for (const text of texts) await http.mutation(things.add!, { room: "busy", text });
    const before = slow.all.filter(({ type }) => type === "Transition").length;
    slow.setReading(true);
    const shown = () =>
      slow.all
        .flatMap(({ modifications = [] }) => modifications as Array<Record<string, unknown>>)
        .findLast(({ queryId }) => queryId === 10)?.value;
    await expect.poll(shown, { timeout: 30_000 }).toEqual(texts);
    const transitions = slow.all.filter(({ type }) => type === "Transition").length - before;
    expect(transitions).toBeLessThanOrEqual(limits.socketUnsentTransitionsMax + 1);
  }, 60_000);
});

describe("a restart", () => {
  it("[LV5] says goodbye with 1012 and a reason that makes clients return in about a second", async () => {
    await startWithClock();
    const peers = await Promise.all([openPeer(running.url, "a"), openPeer(running.url, "b")]);
    for (const peer of peers) await roundTrip(peer);
    const args = [{ room: "last", text: "before the end" }];
    peers[0]!.send({ type: "Mutation", requestId: 9_999, udfPath: "things:add", args });
    await peers[0]!.next("MutationResponse");
    await running.engine.close();
    for (const peer of peers) {
      expect(await peer.closed).toEqual({ code: 1012, reason: "InternalServerError" });
    }
    // The answer without its transition would not be believed.
    const kinds = peers[0]!.all.map(({ type }) => type);
    expect(kinds.slice(kinds.indexOf("MutationResponse"))).toContain("Transition");
  });
});
