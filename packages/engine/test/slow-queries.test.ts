import { fileURLToPath } from "node:url";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterEach, expect, it } from "vitest";
import { type Environment, realEnvironment } from "../src/base/environment.ts";
import { limits } from "../src/base/limits.ts";
import { type RunningEngine, startEngine } from "./rig.ts";
import { openPeer, type SyncPeer } from "./sync-peer.ts";

const TROUBLE_DIR = fileURLToPath(new URL("./fixtures/trouble", import.meta.url));
const trouble = anyApi.trouble!;

let running: RunningEngine;
afterEach(() => running.stop());

/** Deadlines of functions come when the test says so. */
async function startWithDeadlines(): Promise<{ expire: () => void }> {
  const real = realEnvironment(() => {});
  let deadlines: Array<() => void> = [];
  const setTimer: Environment["setTimer"] = (delayMs, callback) => {
    if (delayMs !== limits.transactionIdleMs) return real.setTimer(delayMs, callback);
    deadlines.push(callback);
    return {
      cancel: () => {
        deadlines = deadlines.filter((other) => other !== callback);
      },
    };
  };
  running = await startEngine({
    functionsDir: TROUBLE_DIR,
    environment: { ...real, setTimer },
    revealsErrors: true,
  });
  return {
    expire: () => {
      for (const callback of deadlines.splice(0)) callback();
    },
  };
}

function subscribe(peer: SyncPeer, ...paths: string[]): void {
  peer.send({
    type: "ModifyQuerySet",
    baseVersion: 0,
    newVersion: 1,
    modifications: paths.map((udfPath, queryId) => ({ type: "Add", queryId, udfPath, args: [{}] })),
  });
}

it("[SY18] [RT3] leaves a live query that never settles to the client that has it open", async () => {
  const { expire } = await startWithDeadlines();
  const http = new ConvexHttpClient(running.url, { logger: false });
  const mark = (name: string) => http.mutation(trouble.mark!, { name });
  const [own, other] = [await openPeer(running.url, "own"), await openPeer(running.url, "other")];
  subscribe(own, "trouble:neverSettles", "trouble:marks");
  subscribe(other, "trouble:marks");
  const updated = (queryId: number, value: unknown) => ({
    modifications: [{ type: "QueryUpdated", queryId, value }],
  });
  const failed = {
    type: "QueryFailed",
    queryId: 0,
    errorMessage: expect.stringMatching(/timed out/),
  };
  expect(await other.next("Transition")).toMatchObject(updated(0, []));

  // 1. It has no result yet: the others come without it, and go on.
  expect(await own.next("Transition")).toMatchObject(updated(1, []));
  await mark("one");
  expect(await other.next("Transition")).toMatchObject(updated(0, ["one"]));
  expect(await own.next("Transition")).toMatchObject(updated(1, ["one"]));
  // 2. It is given up, although what it had read has changed meanwhile: that it may be told.
  expire();
  expect(await own.next("Transition")).toMatchObject({ modifications: [failed] });
  // 3. It has a result, which is older than the next change: nothing newer is shown beside it.
  await mark("two");
  expect(await other.next("Transition")).toMatchObject(updated(0, ["one", "two"]));
  await mark("three");
  expect(await other.next("Transition")).toMatchObject(updated(0, ["one", "two", "three"]));
  expire();
  // It has failed as before, which is no news; the others come as they were when it began.
  expect(await own.next("Transition")).toMatchObject(updated(1, ["one", "two"]));
  expect(await own.next("Transition")).toMatchObject(updated(1, ["one", "two", "three"]));
});

it("[SY20] shows a query that takes its time while what it reads keeps changing", async () => {
  const real = realEnvironment(() => {});
  let patience = () => {};
  const setTimer: Environment["setTimer"] = (delayMs, callback) => {
    if (delayMs !== limits.slowQueryPatienceMs) return real.setTimer(delayMs, callback);
    patience = callback;
    return { cancel: () => {} };
  };
  const environment = { ...real, setTimer };
  running = await startEngine({ functionsDir: TROUBLE_DIR, environment });
  const world = globalThis as { slowWork?: () => Promise<void> };
  const begun: Array<() => void> = [];
  let noteBegin = () => {};
  world.slowWork = () =>
    new Promise((resolve) => {
      begun.push(resolve);
      noteBegin();
    });
  const whenBegun = async () => {
    if (begun.length === 0) await new Promise<void>((resolve) => (noteBegin = resolve));
    return begun.shift()!;
  };
  const peer = await openPeer(running.url, "own");
  subscribe(peer, "trouble:slowMarks", "trouble:marks");
  let finish = await whenBegun();
  patience();
  finish();
  const shown: string[][] = [[], []];
  const read = async () => {
    const { modifications } = (await peer.next("Transition")) as unknown as {
      modifications: Array<{ queryId: number; value: string[] }>;
    };
    for (const { queryId, value } of modifications) shown[queryId] = value;
  };
  await read();
  while (shown[1]!.length > shown[0]!.length) await read();
  const http = new ConvexHttpClient(running.url, { logger: false });
  await http.mutation(trouble.mark!, { name: "0" });
  for (let n = 1; n <= 8; n++) {
    finish = await whenBegun();
    patience();
    // In the middle of each run, what it has read changes again.
    await http.mutation(trouble.mark!, { name: String(n) });
    finish();
    const before = shown[0]!.length;
    while (shown[0]!.length === before) await read();
    // Both queries are of one moment, always.
    expect(shown[0]).toEqual(shown[1]);
    expect(shown[0]!.length).toBeGreaterThanOrEqual(n);
  }
  finish = await whenBegun();
  finish();
  while (shown[0]!.length < 9) await read();
  expect(shown[0]).toEqual(shown[1]);
  delete world.slowWork;
});

it("[RT3] gives up a mutation that waits for nothing; what it wrote is gone, the next one runs", async () => {
  const { expire } = await startWithDeadlines();
  const peer = await openPeer(running.url, "own");
  const call = (requestId: number, udfPath: string, args: object) =>
    peer.send({ type: "Mutation", requestId, udfPath, args: [args] });
  call(0, "trouble:mutationNeverSettles", {});
  call(1, "trouble:mark", { name: "next" });
  const answers = [peer.next("MutationResponse"), peer.next("MutationResponse")];
  const http = new ConvexHttpClient(running.url, { logger: false });
  // A query is no mutation: its answer shows that the first one has begun and waits.
  expect(await http.query(trouble.marks!, {})).toEqual([]);
  expire();
  expect(await Promise.all(answers)).toMatchObject([
    { requestId: 0, success: false, result: expect.stringMatching(/timed out/) },
    { requestId: 1, success: true },
  ]);
  expect(await http.query(trouble.marks!, {})).toEqual(["next"]);
});
