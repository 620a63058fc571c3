import { makeFunctionReference } from "convex/server";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { refusalOf } from "../shared/error-codes";
import { join, type Person, startBackEnd } from "./test.setup";

/**
 * [Z11] What somebody sees does not depend on what happens where they are not. A random program runs in
 * two worlds: what the observer may know of is the same in both, everything else is drawn anew. All that
 * the observer can ask for has to come out equal, but for times, and for ids, which are named in the
 * order in which they are seen.
 */

const SEED = Number(process.env.PARLEY_SEED ?? Math.floor(Math.random() * 2 ** 31));
const PROGRAMS = Number(process.env.PARLEY_PROGRAMS ?? 6);
const STEPS = 24;
const STEPS_A_LOOK = 6;
/** What the observer's own rooms never say. */
const SECRET = "hush";

beforeEach(() => {
  vi.stubEnv("PARLEY_RATE_LIMITS", "1000000");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

type Random = (below: number) => number;
type Room = { id: string; people: readonly string[]; messages: string[] };
type World = {
  people: Record<string, Person>;
  shared: Room[];
  hidden: Room[];
  /** Of the shared rooms only, the same in both worlds. */
  open: Random;
  secret: Random;
};

it.each(Array.from({ length: PROGRAMS }, (_, index) => SEED + index))(
  "[Z11] shows the observer the same in both worlds, PARLEY_SEED=%i",
  { timeout: 120_000 },
  async (seed) => {
    const [one, other] = [await runProgram(seed, 1), await runProgram(seed, 2)];
    expect(other.seen).toEqual(one.seen);
    expect(JSON.stringify(one.seen)).not.toContain(SECRET);
    // The worlds did differ, and the observer had something to see.
    expect(other.done).not.toEqual(one.done);
    expect(one.seen.length).toBe(STEPS / STEPS_A_LOOK);
  },
);

it("[Z11] would notice: a message in a shared room changes what is seen", async () => {
  const world = await openWorld(SEED, 1);
  const before = await look(world);
  const room = world.shared[0]!;
  await call(world, "ann", "messages:sendMessage", { conversationId: room.id, content: "New" });
  expect(await look(world)).not.toEqual(before);
});

async function runProgram(seed: number, which: number) {
  const world = await openWorld(seed, which);
  const seen: unknown[] = [];
  const done: string[] = [];
  for (let step = 1; step <= STEPS; step += 1) {
    await actOpenly(world);
    for (let count = 1 + world.secret(3); count > 0; count -= 1) done.push(await actApart(world));
    if (step % STEPS_A_LOOK === 0) seen.push(await look(world));
  }
  return { seen, done };
}

async function openWorld(seed: number, which: number): Promise<World> {
  const backEnd = startBackEnd();
  const people: Record<string, Person> = {};
  for (const name of ["observer", "ann", "bob", "cid", "dot"]) {
    people[name] = await join(backEnd, name);
  }
  const world: World = {
    ...{ people, shared: [], hidden: [] },
    ...{ open: randomOf(seed), secret: randomOf(seed * 31 + which) },
  };
  const group = async (names: string[], groupName: string) => {
    const [owner = "", ...others] = names;
    const args = { groupName, participantIds: others };
    return { id: await call(world, owner, "conversations:createGroup", args), people: names };
  };
  const pair = async (a: string, b: string) => {
    const args = { participantIds: [a, b] };
    const id = await call(world, a, "conversations:getOrCreateConversation", args);
    return { id, people: [a, b] };
  };
  for (const made of [
    await group(["ann", "observer", "bob"], "Tea"),
    await pair("observer", "ann"),
  ]) {
    world.shared.push({ ...made, id: String(made.id), messages: [] });
  }
  for (const made of [await group(["bob", "ann", "cid"], SECRET), await pair("ann", "bob")]) {
    world.hidden.push({ ...made, id: String(made.id), messages: [] });
  }
  return world;
}

/** Something that the observer may see. */
async function actOpenly(world: World): Promise<void> {
  const { open, shared } = world;
  const room = pick(open, shared);
  const name = pick(open, room.people);
  await say(world, room, name, `no ${open(1000)}`);
  await actInRoom(world, room, name, open, `edited ${open(1000)}`);
}

/** Something that is none of the observer's business. @returns what was tried. */
async function actApart(world: World): Promise<string> {
  const { secret, hidden, shared } = world;
  const room = pick(secret, hidden);
  const name = pick(secret, ["ann", "bob", "cid"]);
  const other = pick(
    secret,
    ["ann", "bob", "cid", "dot"].filter((one) => one !== name),
  );
  const ofShared = pick(secret, shared);
  const conversationId = room.id;
  const acts: Array<[act: string, perform: () => Promise<unknown>]> = [
    ["say", () => say(world, room, name, `${SECRET} ${secret(1000)}`)],
    ["act", () => actInRoom(world, room, name, secret, `${SECRET} again`)],
    ["block", () => call(world, name, "users:blockUser", { userId: other })],
    ["unblock", () => call(world, name, "users:unblockUser", { userId: other })],
    ["add", () => call(world, "bob", "groups:addMembers", { conversationId, userIds: ["dot"] })],
    ["remove", () => call(world, "bob", "groups:removeMember", { conversationId, userId: "dot" })],
    [
      "rename",
      () => call(world, "bob", "groups:renameGroup", { conversationId, groupName: SECRET + name }),
    ],
    [
      "pair",
      () =>
        call(world, name, "conversations:getOrCreateConversation", {
          participantIds: [name, other],
        }),
    ],
    [
      "group",
      () =>
        call(world, name, "conversations:createGroup", {
          groupName: SECRET,
          participantIds: [other],
        }),
    ],
    // What others choose for themselves in shared rooms is theirs, too.
    [
      "hide",
      () =>
        call(world, name, "conversations:clearConversation", {
          conversationId: ofShared.id,
          isHidden: true,
        }),
    ],
    [
      "unread",
      () => call(world, name, "conversations:markAsUnread", { conversationId: ofShared.id }),
    ],
    [
      "report",
      () =>
        call(world, name, "reports:reportPerson", {
          userId: "observer",
          reason: "spam",
          details: SECRET,
        }),
    ],
    [
      "complain",
      () =>
        call(world, name, "reports:reportMessage", {
          messageId: pick(secret, ofShared.messages),
          reason: "spam",
        }),
    ],
    [
      "look",
      () =>
        call(world, name, "settings:updateSettings", { theme: pick(secret, ["dark", "light"]) }),
    ],
  ];
  const [act, perform] = pick(secret, acts);
  await perform();
  return `${act} ${name} ${other}`;
}

async function say(world: World, room: Room, name: string, content: string): Promise<void> {
  // Two messages of one millisecond would be listed by the ids of their rooms.
  for (const start = Date.now(); Date.now() === start; );
  const args = { conversationId: room.id, content };
  const messageId = await call(world, name, "messages:sendMessage", args);
  if (typeof messageId === "string") room.messages.push(messageId);
}

async function actInRoom(world: World, room: Room, name: string, random: Random, text: string) {
  const messageId = room.messages[random(room.messages.length)];
  const conversationId = room.id;
  const acts: Array<[string, Record<string, unknown>]> = [
    ["messages:editMessage", { messageId, content: text }],
    ["messages:deleteMessages", { messageIds: messageId === undefined ? [] : [messageId] }],
    ["messages:toggleReaction", { messageId, emoji: "👍" }],
    ["messages:markMessageAsRead", { messageId }],
    ["typingStates:setTypingState", { conversationId }],
    ["conversations:markAsUnread", { conversationId }],
  ];
  const [act, args] = pick(random, acts);
  await call(world, name, act, args);
}

/** All that the observer can ask for, also about what is not theirs. */
async function look(world: World): Promise<unknown[]> {
  const observer = world.people.observer!;
  const page = { paginationOpts: { numItems: 100, cursor: null } };
  const asked: Array<[string, Record<string, unknown>]> = [
    ["conversations:getUserConversations", page],
    ["conversations:getUnreadCounts", {}],
    ["exports:getOwnConversations", page],
    ["exports:getOwnMessages", page],
    ["users:getAllUsers", page],
    ["users:getAllUsers", { ...page, search: "a" }],
    ["users:getUsers", { userIds: ["ann", "bob", "cid", "dot"] }],
    ["users:getPresence", { userIds: ["ann", "bob", "cid", "dot"] }],
    ["users:getBlockedUsers", {}],
    ["users:getCurrentUser", {}],
    ["settings:getSettings", {}],
    ["reports:getOwnReports", page],
    ["search:searchMessages", { search: "no", cursor: null }],
    ["search:searchMessages", { search: SECRET, cursor: null }],
  ];
  for (const { id: conversationId } of [...world.shared, ...world.hidden]) {
    const about = { conversationId };
    asked.push(["conversations:getConversation", about]);
    asked.push(["conversations:getReadMarks", about]);
    asked.push(["typingStates:getTypingState", about]);
    asked.push(["messages:getMessages", { ...about, ...page }]);
    asked.push(["messages:getMessagesBetween", { ...about, from: "before", numItems: 100 }]);
    asked.push(["search:searchConversation", { ...about, search: "no" }]);
  }
  for (const messageId of world.shared.flatMap(({ messages }) => messages)) {
    for (const name of ["getMessage", "getReadBy", "getEdits"]) {
      asked.push([`messages:${name}`, { messageId }]);
    }
  }
  const [ofHidden] = world.hidden.flatMap(({ messages }) => messages);
  if (ofHidden !== undefined) {
    expect(await answerOf(observer, "messages:getMessage", { messageId: ofHidden })).toEqual({
      refused: { code: "not_found" },
    });
  }
  const answers = [];
  for (const [name, args] of asked) answers.push([name, await answerOf(observer, name, args)]);
  return withoutNames(answers) as unknown[];
}

async function answerOf(observer: Person, name: string, args: Record<string, unknown>) {
  return await observer.query(makeFunctionReference<"query">(name), args).catch((thrown) => {
    const refused = refusalOf(thrown);
    if (refused === null) throw thrown;
    return { refused };
  });
}

/** The same value without times, and with ids called by the order in which they turn up. */
function withoutNames(value: unknown, names = new Map<unknown, string>()): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNames(item, names));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([key]) => !/Cursor$/.test(key));
    return Object.fromEntries(
      entries.map(([key, part]) => {
        const isId = /^(_id|messageId|conversationId)$/.test(key) && typeof part === "string";
        const isTime = typeof part === "number" && part > 1e12;
        if (isTime) return [key, "a time"];
        if (!isId) return [key, withoutNames(part, names)];
        if (!names.has(part)) names.set(part, `id ${names.size}`);
        return [key, names.get(part)];
      }),
    );
  }
  return value;
}

/** What the functions refuse changes nothing, and is part of the program. */
async function call(world: World, name: string, path: string, args: Record<string, unknown>) {
  // Nothing has been said there yet that one could act on.
  if ("messageId" in args && args.messageId === undefined) return null;
  const mutation = makeFunctionReference<"mutation">(path);
  return await world.people[name]!.mutation(mutation, args).catch((thrown: unknown) => {
    if (refusalOf(thrown) === null) throw thrown;
    return null;
  });
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random(items.length)] as Item;
}

/** A small generator that gives the same numbers for the same seed everywhere (mulberry32). */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  };
}
