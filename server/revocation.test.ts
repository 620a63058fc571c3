import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ask,
  device,
  enter,
  has,
  mutation,
  type Person,
  pair,
  say,
  watch,
  watchRoom,
} from "./test/people";
import { type EmbeddedProvider, openEmbedded, PASSWORD, type Session } from "./test/provider-rig";

/**
 * [Z3] Whatever takes a right away takes it from sockets that are open, at every one of the person's,
 * and from nobody else. Ending a session and deleting an account are in `providers.test.ts`.
 */

let parley: EmbeddedProvider;
let owner: Person;
let bob: Person;
const tookMs: string[] = [];
beforeAll(async () => {
  parley = await openEmbedded();
  owner = await enter(parley, "Olga Owner");
  bob = await enter(parley, "Bob Hope");
}, 60_000);
afterAll(async () => {
  process.stdout.write(`revocation to refusal at the last socket: ${tookMs.join(", ")}\n`);
  await parley.close();
});

describe("the rights of an account", () => {
  const acts: Array<{
    act: string;
    code: string;
    perform: (first: Session, userId: string) => Promise<unknown>;
    /** Whether the session that acts is out as well. */
    endsOwn: boolean;
  }> = [
    {
      act: "signing out elsewhere",
      code: "unauthenticated",
      perform: (first) => parley.post("sessions/end-others", {}, first),
      endsOwn: false,
    },
    {
      act: "a new password",
      code: "unauthenticated",
      perform: (first) => {
        const passwords = { currentPassword: PASSWORD, newPassword: `${PASSWORD} staple` };
        return parley.post("change-password", passwords, first);
      },
      endsOwn: true,
    },
    {
      act: "suspension",
      code: "suspended",
      perform: (_, userId) => parley.post("admin/suspend", { userId }, owner.account.first),
      endsOwn: true,
    },
    {
      act: "deletion by an admin",
      code: "unauthenticated",
      perform: (_, userId) => parley.post("admin/delete-person", { userId }, owner.account.first),
      endsOwn: true,
    },
  ];

  test.each(acts)("[Z3] end with $act at every socket", async ({ act, code, perform, endsOwn }) => {
    const ada = await enter(parley, `Ada ${act}`);
    const second = await device(parley, await ada.account.signIn());
    const third = await device(parley, await ada.account.signIn());
    const room = await pair(ada, bob);
    const own = watchRoom(ada.client, room);
    const others = [second, third].map((client) => watchRoom(client, room));
    const bobs = watchRoom(bob.client, room);
    for (const each of [own, ...others, bobs]) await each.until(({ values }) => values.length > 0);

    const startMs = performance.now();
    await perform(ada.account.first, ada.userId);
    const out = endsOwn ? [own, ...others] : others;
    for (const each of out) await each.until(({ refusals }) => refusals.length > 0);
    tookMs.push(`${act} ${Math.round(performance.now() - startMs)} ms`);

    expect(out.map(({ refusals }) => refusals[0])).toEqual(out.map(() => code));
    for (const client of [second, third]) {
      await expect(say({ ...ada, client }, room, "I am still here")).rejects.toThrow();
      await expect(ask(client, "users:getCurrentUser")).rejects.toThrow();
    }
    if (!endsOwn) await say(ada, room, "only me now");
    expect(JSON.stringify(out.map(({ values }) => values))).not.toMatch(/still here|only me now/);
    if (!endsOwn) await bobs.until(has("only me now"));
    expect(bobs.refusals).toEqual([]);
  });
});

describe("the rights of a member", () => {
  test.each(["removed", "left"])("[Z3] end at every socket of who has %s", async (how) => {
    const ada = await enter(parley, `Ada ${how}`);
    const second = await device(parley, await ada.account.signIn());
    const group = { groupName: "Tea", participantIds: [ada.userId, owner.userId] };
    const room = String(await bob.client.mutation(mutation("conversations:createGroup"), group));
    const subscriptions = ["getMessages", "getConversation", "getReadMarks", "getTypingState"];
    const paths = ["messages", "conversations", "conversations", "typingStates"];
    const watched = [ada.client, second].flatMap((client) =>
      subscriptions.map((name, at) =>
        name === "getMessages"
          ? watchRoom(client, room)
          : watch(client, `${paths[at]}:${name}`, { conversationId: room }),
      ),
    );
    const lists = [ada.client, second].map((client) =>
      watch(client, "conversations:getUserConversations", {
        paginationOpts: { numItems: 30, cursor: null },
      }),
    );
    const owners = watchRoom(owner.client, room);
    for (const each of [...watched, ...lists, owners]) {
      await each.until(({ values }) => values.length > 0);
    }

    const startMs = performance.now();
    const membership = { conversationId: room, userId: ada.userId };
    await (how === "left"
      ? ada.client.mutation(mutation("groups:leaveGroup"), { conversationId: room })
      : bob.client.mutation(mutation("groups:removeMember"), membership));
    for (const each of watched) await each.until(({ refusals }) => refusals.length > 0);
    tookMs.push(`${how} ${Math.round(performance.now() - startMs)} ms`);

    await say(bob, room, "behind closed doors");
    await owners.until(has("behind closed doors"));
    // An answer that comes after it on the same socket, so that nothing can still be on its way.
    for (const client of [ada.client, second]) {
      await ask(client, "users:getUsers", { userIds: [bob.userId] });
    }
    expect(watched.map(({ refusals }) => refusals[0])).toEqual(watched.map(() => "not_found"));
    const shown = JSON.stringify([...watched, ...lists].map(({ values }) => values));
    expect(shown).not.toContain("behind closed doors");
    for (const list of lists) expect(JSON.stringify(list.values.at(-1))).not.toContain(room);
    expect(owners.refusals).toEqual([]);
  });

  test("[Z4] come back with the whole history, as adding says, and not before", async () => {
    const ada = await enter(parley, "Ada Returns");
    const group = { groupName: "Tea", participantIds: [ada.userId, owner.userId] };
    const room = String(await bob.client.mutation(mutation("conversations:createGroup"), group));
    for (const n of [1, 2, 3]) await say(bob, room, `before ${n}`);
    const firstPage = { conversationId: room, paginationOpts: { numItems: 2, cursor: null } };
    const page = (await ask(ada.client, "messages:getMessages", firstPage)) as {
      continueCursor: string;
    };
    const membership = { conversationId: room, userId: ada.userId };
    await bob.client.mutation(mutation("groups:removeMember"), membership);
    await say(bob, room, "while she was away");
    const next = { numItems: 2, cursor: page.continueCursor };
    const rest = { conversationId: room, paginationOpts: next };
    await expect(ask(ada.client, "messages:getMessages", rest)).rejects.toThrow();
    const back = { conversationId: room, userIds: [ada.userId] };
    await bob.client.mutation(mutation("groups:addMembers"), back);
    const seen = watchRoom(ada.client, room);
    await seen.until(has("while she was away"));
    expect(await ask(ada.client, "conversations:getUnreadCounts")).toEqual([]);
  });

  test("[Z3] a block hides who is there, at every socket of the blocked, and stops them writing", async () => {
    const ada = await enter(parley, "Ada Blocked");
    const second = await device(parley, await ada.account.signIn());
    const room = await pair(ada, bob);
    const asked = { userIds: [bob.userId] };
    const watched = [ada.client, second].map((client) => watch(client, "users:getPresence", asked));
    const owners = watch(owner.client, "users:getPresence", asked);
    for (const each of [...watched, owners]) await each.until(({ values }) => values.length > 0);
    await bob.client.mutation(mutation("users:blockUser"), { userId: ada.userId });
    for (const each of watched) await each.until(({ refusals }) => refusals.length > 0);
    const shown = watched.map(({ values }) => values.length);
    await bob.client.mutation(mutation("users:sendHeartbeat"), { tabId: "one" });
    await owners.until(({ values }) => JSON.stringify(values.at(-1)).includes('"isGone":false'));
    for (const client of [ada.client, second]) {
      await expect(say({ ...ada, client }, room, "Hello?")).rejects.toThrow();
    }
    expect(watched.map(({ values }) => values.length)).toEqual(shown);
    expect(watched.map(({ refusals }) => refusals[0])).toEqual(["not_found", "not_found"]);
  });
});
