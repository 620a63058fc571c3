import { expect, it } from "vitest";
import { api } from "./_generated/api";
import { refusal, send, startBackEnd, startWorld, wholePage } from "./test.setup";

const { getOwnConversations, getOwnMessages } = api.exports;

it("names every conversation one is in, also hidden ones, with one's own choices alone", async () => {
  const { ada, bob, eve, pair, group } = await startWorld();
  const messageId = await send(bob, group, "One");
  await ada.mutation(api.messages.markMessageAsRead, { messageId });
  await send(bob, pair, "Two");
  await ada.mutation(api.conversations.clearConversation, { conversationId: pair, isHidden: true });
  await bob.mutation(api.conversations.markAsUnread, { conversationId: group });
  const { page } = await ada.query(getOwnConversations, { paginationOpts: wholePage });
  expect(page).toEqual([
    {
      ...{ conversationId: pair, isGroup: false, name: "Bob", participants: ["ada", "bob"] },
      ...{ role: "member", joinedAt: expect.any(Number), readUntil: expect.any(Number) },
      ...{ clearedUntil: expect.any(Number), isHidden: true, isMarkedUnread: false },
    },
    {
      ...{ conversationId: group, isGroup: true, name: "Tea", participants: ["ada", "bob", "cyd"] },
      ...{ role: "owner", joinedAt: expect.any(Number), readUntil: expect.any(Number) },
      ...{ clearedUntil: null, isHidden: false, isMarkedUnread: false },
    },
  ]);
  const strangers = await eve.query(getOwnConversations, { paginationOpts: wholePage });
  expect(strangers.page).toEqual([]);
});

it("is for who is signed in", async () => {
  const asked = startBackEnd().query(getOwnConversations, { paginationOpts: wholePage });
  expect(await refusal(asked)).toEqual({ code: "unauthenticated" });
});

it("gives what one has written and not deleted, also in a group that one has left, and nothing of others", async () => {
  const { ada, bob, cyd, pair, group } = await startWorld();
  const first = await send(bob, group, "Bob's first");
  await send(ada, group, "canary of Ada");
  await bob.mutation(api.messages.sendMessage, {
    ...{ conversationId: group, content: "Bob's answer", replyTo: first },
  });
  const gone = await send(bob, pair, "canary that was deleted");
  await bob.mutation(api.messages.deleteMessages, { messageIds: [gone] });
  await bob.mutation(api.groups.leaveGroup, { conversationId: group });
  await send(cyd, group, "canary after Bob had left");
  const { page } = await bob.query(getOwnMessages, { paginationOpts: wholePage });
  expect(page.map(({ content, conversationId }) => [content, conversationId])).toEqual([
    ["Bob's first", group],
    ["Bob's answer", group],
  ]);
  expect(page[1]).toMatchObject({ replyTo: first, sentAt: expect.any(Number) });
  expect(JSON.stringify(page)).not.toContain("canary");
});
