import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { realEnvironment } from "../src/base/environment.ts";
import { type RunningEngine, startEngine } from "./rig.ts";
import { openPeer, type SyncPeer } from "./sync-peer.ts";

const functionsDir = fileURLToPath(new URL("./fixtures/costs", import.meta.url));
const PAGE = 30;
const ROOMS = 20;
/** After every message that there is. */
const LATER = 9_999_999_999_999;

interface Person {
  peer: SyncPeer;
  nextRequestId: number;
}

let running: RunningEngine | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

/*
 * Ann and Ben look at one room, Cleo at another; each at the newest thirty messages, at a count of
 * what is unread and at whether somebody is here. Bytes are those of the frames that each is sent
 * for Ann's action. The figures are the same in a small store and in a large one.
 */
describe.each([1_200, 20_000])("[CO1] [CO2] in a store of %i messages", (messages) => {
  it("a message costs one page for the room, a count a member, and nothing elsewhere", async () => {
    const act = await openChat(messages);
    await act("chat:markRead", { room: "room 0", user: "ben", at: LATER });
    const body = "x".repeat(200);
    await act("chat:send", { room: "room 0", author: "ann", body });
    // The page is evaluated once and sent to both, Ann gets her answer too. Her count reads her mark
    // and two messages behind it; Ben's, who has marked all as read for ever, is not concerned.
    expect(await act("chat:send", { room: "room 0", author: "ann", body })).toEqual({
      documentsRead: PAGE + 1 + 2,
      queryRuns: 2,
      tableReads: 0,
      ann: 9839,
      ben: 9658,
      cleo: 0,
    });
  });

  it("a read mark costs one count", async () => {
    const act = await openChat(messages);
    await act("chat:markRead", { room: "room 0", user: "ann", at: 0 });
    expect(await act("chat:markRead", { room: "room 0", user: "ann", at: LATER })).toEqual({
      documentsRead: 2 + 1,
      queryRuns: 1,
      // The count begins at a place where nobody has looked before.
      tableReads: 1,
      ann: 344,
      ben: 0,
      cleo: 0,
    });
  });

  it("a heartbeat costs those who look at the person one row", async () => {
    const act = await openChat(messages);
    await act("chat:beat", { user: "ann", seenAt: 1 });
    expect(await act("chat:beat", { user: "ann", seenAt: 2 })).toEqual({
      documentsRead: 2 + 1,
      queryRuns: 1,
      tableReads: 0,
      ann: 270,
      ben: 238,
      cleo: 0,
    });
  });

  it("what changes nothing costs nobody but its caller", async () => {
    const act = await openChat(messages);
    await act("chat:nothing", {});
    expect(await act("chat:nothing", {})).toEqual({
      documentsRead: 0,
      queryRuns: 0,
      tableReads: 0,
      ann: 270,
      ben: 0,
      cleo: 0,
    });
  });
});

/** Opens a chat with that many messages; returns what lets Ann act and tells the cost. */
async function openChat(messages: number) {
  // Times of one length, and no two alike, make frames of one length.
  let nowMs = 1_700_000_000_000;
  const environment = { ...realEnvironment(() => {}), nowMs: () => nowMs++ };
  running = await startEngine({ functionsDir, environment });
  const { engine, url } = running;
  const call = (path: string, args: Record<string, string | number>) =>
    engine.runFunction({ kind: "mutation", path, args });
  for (let filled = 0; filled < messages; filled += 2_000) {
    const perRoom = Math.min(messages - filled, 2_000) / ROOMS;
    await call("chat:fill", { rooms: ROOMS, perRoom });
  }
  for (const room of ["room 0", "room 1"]) {
    for (let n = 0; n < PAGE; n++) {
      await call("chat:send", { room, author: "ben", body: "y".repeat(200) });
    }
  }
  for (const [user, room] of [
    ["ann", "room 0"],
    ["ben", "room 0"],
    ["cleo", "room 1"],
  ] as const) {
    await call("chat:join", { room, user, at: nowMs });
  }
  const ann = await enter(url, "room 0", "ann", "ben");
  const ben = await enter(url, "room 0", "ben", "ann");
  const cleo = await enter(url, "room 1", "cleo", "cleo");

  return async (path: string, args: object) => {
    const before = engine.counters();
    const bytes = [ann, ben, cleo].map(({ peer }) => peer.receivedBytes());
    await mutate(ann, path, args);
    const after = engine.counters();
    // Whatever the action has sent to the others is there before the answer to a later question.
    const asked = [await question(ben), await question(cleo)];
    const received = (person: Person, place: number) => person.peer.receivedBytes() - bytes[place]!;
    return {
      documentsRead: after.documentsRead - before.documentsRead,
      queryRuns: after.queryRuns - before.queryRuns,
      tableReads: after.tableReads - before.tableReads,
      ann: received(ann, 0),
      ben: received(ben, 1) - asked[0]!,
      cleo: received(cleo, 2) - asked[1]!,
    };
  };
}

async function enter(url: string, room: string, user: string, other: string): Promise<Person> {
  const peer = await openPeer(url, `00000000-0000-4000-8000-${user.padStart(12, "0")}`);
  const queries: Array<[string, object]> = [
    ["chat:newest", { room }],
    ["chat:unread", { room, user }],
    ["chat:seenAt", { user: other }],
  ];
  const modifications = queries.map(([udfPath, args], queryId) => ({
    type: "Add",
    queryId,
    udfPath,
    args: [args],
  }));
  peer.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications });
  await peer.next("Transition");
  return { peer, nextRequestId: 100 };
}

/** Returns when answer and transition are there. */
async function mutate(person: Person, udfPath: string, args: object): Promise<void> {
  const { peer } = person;
  peer.send({ type: "Mutation", requestId: person.nextRequestId++, udfPath, args: [args] });
  const response = await peer.next("MutationResponse");
  expect(response).toMatchObject({ success: true });
  for (;;) {
    const { endVersion } = await peer.next("Transition");
    if ((endVersion as { ts: string }).ts === response.ts) return;
  }
}

/** Asks a question that concerns nobody; returns the bytes of the answer. */
async function question(person: Person): Promise<number> {
  const { peer } = person;
  peer.send({
    type: "Action",
    requestId: person.nextRequestId++,
    udfPath: "chat:question",
    args: [{}],
  });
  const answer = await peer.next("ActionResponse");
  return JSON.stringify(answer).length;
}
