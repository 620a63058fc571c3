import { describe, expect, it } from "vitest";
import { api } from "./_generated/api";
import {
  conversationsOf,
  join,
  messagesOf,
  type Person,
  refusal,
  send,
  startWorld,
} from "./test.setup";

const { addMembers, leaveGroup, removeMember, renameGroup, setMemberRole } = api.groups;

async function rolesOf(person: Person, conversationId: string) {
  const { members } = await person.query(api.conversations.getConversation, { conversationId });
  return Object.fromEntries(members.map(({ userId, role }) => [userId, role]));
}

async function eventsOf(person: Person, conversationId: string) {
  const messages = await messagesOf(person, conversationId);
  return messages.flatMap(({ senderId, event }) => (event ? [{ by: senderId, ...event }] : []));
}

describe("a group", () => {
  it("is renamed by its admins, and says so once", async () => {
    const { ada, bob, group: conversationId } = await startWorld();
    const rename = (person: Person, groupName: string) =>
      person.mutation(renameGroup, { conversationId, groupName });
    expect(await refusal(rename(bob, "Mine"))).toEqual({ code: "forbidden" });
    expect(await refusal(rename(ada, " \u202e "))).toMatchObject({ reason: "blank" });
    expect(await refusal(rename(ada, "x".repeat(81)))).toMatchObject({ code: "too_long" });
    await rename(ada, "  Coffee\n ");
    await rename(ada, "Coffee");
    const [listed] = await conversationsOf(bob);
    expect(listed).toMatchObject({ groupName: "Coffee", unreadCount: 0 });
    expect(listed?.lastMessage?.event).toEqual({ type: "renamed", groupName: "Coffee" });
    expect(await eventsOf(bob, conversationId)).toEqual([
      { by: "ada", type: "renamed", groupName: "Coffee" },
    ]);
  });

  it("takes people in, who see its history without having it unread", async () => {
    const { ada, bob, eve, group: conversationId } = await startWorld();
    await send(bob, conversationId, "Before");
    const add = (person: Person, ...userIds: string[]) =>
      person.mutation(addMembers, { conversationId, userIds });
    expect(await refusal(add(bob, "eve"))).toEqual({ code: "forbidden" });
    expect(await refusal(add(ada, "eve", "nobody"))).toEqual({ code: "not_found" });
    expect(await rolesOf(ada, conversationId)).not.toHaveProperty("eve");
    await add(ada, "eve", "bob", "eve");
    await add(ada, "eve");
    expect((await messagesOf(eve, conversationId))[0]?.content).toBe("Before");
    await send(bob, conversationId, "After");
    const [listed] = await conversationsOf(eve);
    expect(listed).toMatchObject({ unreadCount: 1, memberCount: 4 });
    expect(listed?.participants).toEqual(["ada", "bob", "cyd", "eve"]);
    expect(await eventsOf(eve, conversationId)).toEqual([
      { by: "ada", type: "added", userIds: ["eve"] },
    ]);
  });

  it("has at most 256 members", async () => {
    const { backEnd, ada, group: conversationId } = await startWorld();
    const userIds = Array.from({ length: 254 }, (_, number) => `user${number}`);
    for (const userId of userIds) await join(backEnd, userId);
    expect(await refusal(ada.mutation(addMembers, { conversationId, userIds }))).toEqual({
      ...{ code: "too_many", field: "userIds", max: 256 },
    });
    await ada.mutation(addMembers, { conversationId, userIds: userIds.slice(1) });
  });

  it("lets somebody go, who sees nothing from then on, and nothing again until added again", async () => {
    const { ada, bob, cyd, group: conversationId } = await startWorld();
    const remove = (person: Person, userId: string) =>
      person.mutation(removeMember, { conversationId, userId });
    expect(await refusal(remove(bob, "cyd"))).toEqual({ code: "forbidden" });
    expect(await refusal(remove(ada, "eve"))).toEqual({ code: "not_found" });
    expect(await refusal(remove(ada, "ada"))).toMatchObject({ reason: "same_person" });
    await remove(ada, "bob");
    expect(await refusal(messagesOf(bob, conversationId))).toEqual({ code: "not_found" });
    expect(await refusal(send(bob, conversationId))).toEqual({ code: "not_found" });
    expect((await conversationsOf(bob)).map((listed) => listed.conversationId)).toEqual([
      "ada_bob",
    ]);
    expect(await eventsOf(cyd, conversationId)).toEqual([
      { by: "ada", type: "removed", userId: "bob" },
    ]);
    await ada.mutation(addMembers, { conversationId, userIds: ["bob"] });
    expect(await messagesOf(bob, conversationId)).toHaveLength(2);
  });

  it("gives roles by its owner alone, and has one owner", async () => {
    const { ada, bob, cyd, group: conversationId } = await startWorld();
    const give = (person: Person, userId: string, role: "owner" | "admin" | "member") =>
      person.mutation(setMemberRole, { conversationId, userId, role });
    await give(ada, "bob", "admin");
    expect(await refusal(give(bob, "cyd", "admin"))).toEqual({ code: "forbidden" });
    await give(ada, "cyd", "admin");
    const removed = bob.mutation(removeMember, { conversationId, userId: "cyd" });
    expect(await refusal(removed)).toEqual({ code: "forbidden" });
    await bob.mutation(renameGroup, { conversationId, groupName: "Coffee" });
    await give(ada, "bob", "owner");
    expect(await rolesOf(cyd, conversationId)).toEqual({
      ada: "admin",
      bob: "owner",
      cyd: "admin",
    });
    expect(await refusal(give(ada, "bob", "member"))).toEqual({ code: "forbidden" });
  });

  it("is left, and its owner's place goes to an admin", async () => {
    const { ada, bob, cyd, group: conversationId } = await startWorld();
    await ada.mutation(setMemberRole, { conversationId, userId: "cyd", role: "admin" });
    await ada.mutation(leaveGroup, { conversationId });
    expect(await rolesOf(bob, conversationId)).toEqual({ bob: "member", cyd: "owner" });
    expect(await refusal(messagesOf(ada, conversationId))).toEqual({ code: "not_found" });
    expect((await eventsOf(bob, conversationId)).at(-1)).toEqual({ by: "ada", type: "left" });
    for (const person of [bob, cyd]) await person.mutation(leaveGroup, { conversationId });
    expect(await refusal(messagesOf(cyd, conversationId))).toEqual({ code: "not_found" });
  });

  it("is no one-to-one conversation", async () => {
    const { ada, pair: conversationId } = await startWorld();
    for (const call of [
      () => ada.mutation(leaveGroup, { conversationId }),
      () => ada.mutation(renameGroup, { conversationId, groupName: "Us" }),
      () => ada.mutation(addMembers, { conversationId, userIds: ["cyd"] }),
      () => ada.mutation(setMemberRole, { conversationId, userId: "bob", role: "admin" }),
    ]) {
      expect(await refusal(call())).toEqual({ code: "invalid", reason: "not_group" });
    }
  });

  it("has lines that nobody can answer, edit, delete or react to", async () => {
    const { ada, group: conversationId } = await startWorld();
    await ada.mutation(renameGroup, { conversationId, groupName: "Coffee" });
    const [line] = await messagesOf(ada, conversationId);
    const messageId = line!._id;
    for (const call of [
      () => ada.mutation(api.messages.editMessage, { messageId, content: "No" }),
      () => ada.mutation(api.messages.deleteMessages, { messageIds: [messageId] }),
      () => ada.mutation(api.messages.toggleReaction, { messageId, emoji: "👍" }),
      () =>
        ada.mutation(api.messages.sendMessage, {
          conversationId,
          content: "Re",
          replyTo: messageId,
        }),
    ]) {
      expect(await refusal(call())).toMatchObject({ code: "invalid", reason: "malformed" });
    }
  });
});
