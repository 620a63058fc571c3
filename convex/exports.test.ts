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

it("gives one's own messages in pages no larger than promised, each once", async () => {
  const { bob, group } = await startWorld();
  for (let index = 0; index < 5; index += 1) await send(bob, group, `no ${index}`);
  const contents: string[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < 4; pages += 1) {
    const paginationOpts: { numItems: number; cursor: string | null } = { numItems: 2, cursor };
    const found = await bob.query(getOwnMessages, { paginationOpts });
    expect(found.page.length).toBeLessThanOrEqual(2);
    contents.push(...found.page.map(({ content }) => content));
    if (found.isDone) break;
    cursor = found.continueCursor;
  }
  expect(contents).toEqual(["no 0", "no 1", "no 2", "no 3", "no 4"]);
});

it("[Z6] no answer that an export is made of holds anything private of others", async () => {
  const { backEnd, ada, bob, cyd, eve, pair, group } = await startWorld();
  const secret = (what: string) => `canary ${what}`;
  const vile = await send(bob, group, secret("written by somebody else"));
  const gone = await send(ada, group, secret("deleted by oneself"));
  await ada.mutation(api.messages.deleteMessages, { messageIds: [gone] });
  const edited = await send(bob, pair, secret("before an edit"));
  const now = { messageId: edited, content: secret("after an edit") };
  await bob.mutation(api.messages.editMessage, now);
  const elsewhere = await bob.mutation(api.conversations.createGroup, {
    ...{ groupName: secret("name of a group"), participantIds: ["eve"] },
  });
  await send(eve, elsewhere, secret("in another chat"));
  await send(ada, group, "Ada's own words");
  await ada.mutation(api.reports.reportMessage, { messageId: vile, reason: "abuse" });
  const complaint = { userId: "ada", reason: "other", details: secret("about oneself") } as const;
  await cyd.mutation(api.reports.reportPerson, complaint);
  await bob.mutation(api.users.blockUser, { userId: "eve" });
  await cyd.mutation(api.users.blockUser, { userId: "ada" });
  await ada.mutation(api.groups.addMembers, { conversationId: group, userIds: ["eve"] });
  const leaving = { conversationId: group, groupName: secret("name after one has left") };
  await ada.mutation(api.groups.setMemberRole, {
    conversationId: group,
    userId: "bob",
    role: "admin",
  });
  await ada.mutation(api.groups.leaveGroup, { conversationId: group });
  await bob.mutation(api.groups.renameGroup, leaving);

  const asked = { paginationOpts: wholePage };
  const answers = await Promise.all([
    ada.query(api.users.getCurrentUser, {}),
    ada.query(api.settings.getSettings, {}),
    ada.query(api.users.getBlockedUsers, {}),
    ada.query(getOwnConversations, asked),
    ada.query(getOwnMessages, asked),
    ada.query(api.reports.getOwnReports, asked),
  ]);
  const answered = JSON.stringify(answers);
  expect(answered).toContain("Ada's own words");
  expect(answered).not.toContain("canary");
  expect(answered.match(/[a-z]+@example\.org/gu)).toEqual(["ada@example.org"]);
  expect(answered).not.toContain("eve");
  // Not because it was never there.
  const stored = await backEnd.run(async (ctx) => [
    ...(await ctx.db.query("messages").collect()),
    ...(await ctx.db.query("messageEdits").collect()),
    ...(await ctx.db.query("reports").collect()),
    ...(await ctx.db.query("conversations").collect()),
  ]);
  expect(JSON.stringify(stored).match(/canary/gu)?.length).toBeGreaterThanOrEqual(6);
});

it.each([
  ["conversations", getOwnConversations],
  ["messages", getOwnMessages],
] as const)("is for who is signed in: %s", async (_, query) => {
  const asked = startBackEnd().query(query, { paginationOpts: wholePage });
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
