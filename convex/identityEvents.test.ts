import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "./_generated/api";
import {
  type BackEnd,
  conversationsOf,
  messagesOf,
  refusal,
  send,
  signIn,
  startBackEnd,
  startWorld,
  wholePage,
} from "./test.setup";

const secret = "a shared secret";

type Event = {
  type: string;
  user: Record<string, unknown>;
  sessionId?: string;
  occurredAt: number;
};

async function post(backEnd: BackEnd, body: unknown, authorization = `Bearer ${secret}`) {
  const response = await backEnd.fetch("/identity-events", {
    method: "POST",
    headers: { authorization },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

async function deliver(backEnd: BackEnd, event: Event): Promise<boolean> {
  const answer = await post(backEnd, event);
  expect(answer.status).toBe(200);
  return answer.body.applied;
}

function ada(name: string, extra: Record<string, unknown> = {}) {
  return { id: "ada", name, email: "ada@example.org", ...extra };
}

describe("POST /identity-events", () => {
  beforeEach(() => {
    vi.stubEnv("PARLEY_EVENTS_SECRET", secret);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("creates and updates, ignoring repeated and older events", async () => {
    const backEnd = startBackEnd();
    const created = { type: "user.created", user: ada("Ada"), occurredAt: 1000 };
    const updated = { type: "user.updated", user: ada("Ada Lovelace"), occurredAt: 2000 };
    expect(await deliver(backEnd, updated)).toBe(true);
    expect(await deliver(backEnd, created)).toBe(false);
    expect(await deliver(backEnd, updated)).toBe(false);
    expect(await signIn(backEnd, "ada").query(api.users.getCurrentUser, {})).toEqual({
      clerkId: "ada",
      name: "Ada Lovelace",
      email: "ada@example.org",
      imageUrl: null,
    });
  });

  it("leaves a tombstone of a deleted account, in no list, and lets its token do nothing", async () => {
    const { backEnd, ada: person, bob, cyd, pair, group } = await startWorld();
    await person.mutation(api.users.sendHeartbeat, { tabId: "one" });
    await send(person, pair, "Farewell");
    expect(
      await deliver(backEnd, { type: "user.updated", user: ada("Ada"), occurredAt: 9000 }),
    ).toBe(true);
    expect(
      await deliver(backEnd, { type: "user.deleted", user: { id: "ada" }, occurredAt: 5000 }),
    ).toBe(true);
    const tombstone = { clerkId: "ada", name: "Deleted account", imageUrl: null, isDeleted: true };
    expect(await bob.query(api.users.getUser, { userId: "ada" })).toEqual(tombstone);
    for (const search of [undefined, "ada", "deleted"]) {
      const args = { paginationOpts: wholePage, search };
      const { page } = await bob.query(api.users.getAllUsers, args);
      expect(page.filter(({ clerkId }) => clerkId === "ada")).toEqual([]);
    }
    const terms = await backEnd.run(async (ctx) => ctx.db.query("userSearchTerms").collect());
    expect(terms.filter(({ clerkId }) => clerkId === "ada")).toEqual([]);
    expect(await bob.query(api.users.getPresence, { userIds: ["ada"] })).toEqual([
      { userId: "ada", lastSeen: 0, isGone: true },
    ]);
    // What she wrote stays, with an author who has no name any more.
    expect((await messagesOf(bob, pair)).map(({ content }) => content)).toEqual(["Farewell"]);
    expect((await conversationsOf(bob))[0]?.otherUser).toEqual(tombstone);
    // The group goes on, and its longest-standing member owns it.
    const left = await cyd.query(api.conversations.getConversation, { conversationId: group });
    expect(left.members.map(({ userId, role }) => [userId, role])).toEqual([
      ["bob", "owner"],
      ["cyd", "member"],
    ]);
    expect(left.participants).toEqual(["bob", "cyd"]);
    // Her last token may still be valid for minutes.
    for (const call of [
      () => send(person, pair),
      () => person.mutation(api.users.syncUser, {}),
      () => person.query(api.users.getCurrentUser, {}),
    ]) {
      expect(await refusal(call())).toEqual({ code: "unauthenticated" });
    }
    expect(
      await refusal(
        bob.mutation(api.conversations.createGroup, { groupName: "X", participantIds: ["ada"] }),
      ),
    ).toEqual({ code: "not_found" });
  });

  it("keeps a deleted account deleted, also when the creation arrives later", async () => {
    const backEnd = startBackEnd();
    const bury = { type: "user.deleted", user: { id: "ada" }, occurredAt: 1000 };
    expect(await deliver(backEnd, bury)).toBe(true);
    for (const occurredAt of [500, 2000]) {
      expect(await deliver(backEnd, { type: "user.created", user: ada("Ada"), occurredAt })).toBe(
        false,
      );
    }
    const knocking = signIn(backEnd, "ada").query(api.users.getCurrentUser, {});
    expect(await refusal(knocking)).toEqual({ code: "unauthenticated" });
  });

  it("shuts a revoked session out at once, and no other session of the person", async () => {
    const { backEnd, pair } = await startWorld();
    const laptop = backEnd.withIdentity({ subject: "ada", name: "Ada", sid: "laptop" });
    const phone = backEnd.withIdentity({ subject: "ada", name: "Ada", sid: "phone" });
    await laptop.mutation(api.users.sendHeartbeat, { tabId: "one" });
    const event = { type: "session.revoked", user: { id: "ada" }, sessionId: "laptop" };
    for (const occurredAt of [1, 2])
      expect(await deliver(backEnd, { ...event, occurredAt })).toBe(true);
    expect(await refusal(laptop.query(api.users.getCurrentUser, {}))).toEqual({
      code: "unauthenticated",
    });
    expect(await refusal(send(laptop, pair))).toEqual({ code: "unauthenticated" });
    await send(phone, pair);
    const [presence] = await phone.query(api.users.getPresence, { userIds: ["ada"] });
    expect(presence?.isGone).toBe(false);
  });

  it("remembers a bounded number of revoked sessions, the latest ones", async () => {
    const { backEnd } = await startWorld();
    const names = Array.from({ length: 101 }, (_, number) => `session ${number}`);
    for (const sessionId of names) {
      const event = { type: "session.revoked", user: { id: "ada" }, sessionId, occurredAt: 1 };
      await deliver(backEnd, event);
    }
    const [lock] = await backEnd.run(async (ctx) => ctx.db.query("accountLocks").collect());
    expect(lock?.endedSessions.map(({ sessionId }) => sessionId)).toEqual(names.slice(1));
  });

  it("suspends an account at every session until it is restored, unless it is deleted", async () => {
    const { backEnd, ada: person, pair } = await startWorld();
    const tell = (type: string) => deliver(backEnd, { type, user: { id: "ada" }, occurredAt: 1 });
    await tell("user.suspended");
    expect(await refusal(send(person, pair))).toEqual({ code: "suspended" });
    expect(await refusal(person.query(api.users.getCurrentUser, {}))).toEqual({
      code: "suspended",
    });
    await tell("user.restored");
    await send(person, pair);
    await tell("user.deleted");
    await tell("user.restored");
    expect(await refusal(send(person, pair))).toEqual({ code: "unauthenticated" });
  });

  it("ends the presence of somebody whose session was revoked", async () => {
    const { backEnd, ada: person, bob } = await startWorld();
    await person.mutation(api.users.sendHeartbeat, { tabId: "one" });
    await deliver(backEnd, { type: "session.revoked", user: { id: "ada" }, occurredAt: 1 });
    const [presence] = await bob.query(api.users.getPresence, { userIds: ["ada"] });
    expect(presence?.isGone).toBe(true);
    expect(presence?.lastSeen).toBeGreaterThan(0);
  });

  it.each(["", "Bearer", "Bearer ", "Bearer a shared secreT", `Bearer ${secret}${secret}`, secret])(
    "refuses the authorization %j and writes nothing",
    async (authorization) => {
      const backEnd = startBackEnd();
      const event = { type: "user.created", user: ada("Ada"), occurredAt: 1 };
      expect(await post(backEnd, event, authorization)).toEqual({
        status: 401,
        body: { code: "unauthenticated" },
      });
      const users = await backEnd.run(async (ctx) => ctx.db.query("users").collect());
      expect(users).toEqual([]);
    },
  );

  it.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["an unknown type", { type: "user.promoted", user: { id: "ada" }, occurredAt: 1 }],
    ["no user", { type: "user.created", occurredAt: 1 }],
    ["an id that is no text", { type: "user.created", user: { id: 7 }, occurredAt: 1 }],
    ["an empty id", { type: "user.created", user: { id: "" }, occurredAt: 1 }],
    ["a huge id", { type: "user.created", user: { id: "x".repeat(257) }, occurredAt: 1 }],
    [
      "a huge session id",
      { type: "session.revoked", user: { id: "ada" }, sessionId: "x".repeat(129), occurredAt: 1 },
    ],
    ["no time", { type: "user.created", user: { id: "ada" } }],
  ])("refuses a body with %s", async (_, body) => {
    expect(await post(startBackEnd(), body)).toEqual({ status: 400, body: { code: "invalid" } });
  });

  it("refuses a body over 64 KiB, and everything while no secret is set", async () => {
    const backEnd = startBackEnd();
    expect(await post(backEnd, "x".repeat(64 * 1024 + 1))).toEqual({
      status: 413,
      body: { code: "too_long" },
    });
    vi.stubEnv("PARLEY_EVENTS_SECRET", "");
    expect(await post(backEnd, {}, "Bearer ")).toEqual({
      status: 503,
      body: { code: "not_configured" },
    });
  });
});
