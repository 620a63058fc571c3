import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "./_generated/api";
import { conversationsOf, messagesOf, type Person, refusal, send, startWorld } from "./test.setup";

const { blockUser, unblockUser, getBlockedUsers, getPresence } = api.users;
const { clearConversation, markAsUnread, getUnreadCounts } = api.conversations;

const rowOf = async (person: Person, conversationId: string) =>
  (await conversationsOf(person)).find((row) => row.conversationId === conversationId);

describe("an answer", () => {
  it("shows what it answers as that stands now", async () => {
    const { ada, bob, pair: conversationId } = await startWorld();
    const question = await send(ada, conversationId, "Tea?");
    const replyTo = question;
    await bob.mutation(api.messages.sendMessage, { conversationId, content: "Yes", replyTo });
    const quoteOf = async () => (await messagesOf(ada, conversationId))[1]?.quote;
    expect(await quoteOf()).toMatchObject({
      messageId: question,
      senderId: "ada",
      content: "Tea?",
    });
    await ada.mutation(api.messages.editMessage, { messageId: question, content: "Coffee?" });
    expect(await quoteOf()).toMatchObject({ content: "Coffee?", isDeleted: false });
    await ada.mutation(api.messages.deleteMessages, { messageIds: [question] });
    expect(await quoteOf()).toMatchObject({ content: "", isDeleted: true });
    const late = bob.mutation(api.messages.sendMessage, { conversationId, content: "?", replyTo });
    expect(await refusal(late)).toMatchObject({ code: "invalid", reason: "deleted" });
  });

  it("answers nothing of another conversation", async () => {
    const { ada, pair, group: conversationId } = await startWorld();
    const replyTo = await send(ada, pair);
    const call = ada.mutation(api.messages.sendMessage, { conversationId, content: "?", replyTo });
    expect(await refusal(call)).toEqual({ code: "not_found" });
  });
});

describe("edits", () => {
  it("are kept, the latest fifty, until the message is deleted", async () => {
    const { ada, bob, pair } = await startWorld();
    const messageId = await send(ada, pair, "0");
    const edits = async () => {
      const kept = await bob.query(api.messages.getEdits, { messageId });
      return kept.map(({ content }) => content);
    };
    expect(await edits()).toEqual([]);
    for (let version = 1; version <= 52; version += 1) {
      await ada.mutation(api.messages.editMessage, { messageId, content: String(version) });
      if (version === 2) expect(await edits()).toEqual(["0", "1"]);
    }
    expect((await edits()).length).toBe(50);
    expect((await edits()).at(-1)).toBe("51");
    await ada.mutation(api.messages.deleteMessages, { messageIds: [messageId] });
    expect(await edits()).toEqual([]);
  });
});

describe("a conversation", () => {
  it("is marked as unread by hand until it is read, for oneself only", async () => {
    const { ada, bob, pair: conversationId } = await startWorld();
    const messageId = await send(bob, conversationId);
    await ada.mutation(api.messages.markMessageAsRead, { messageId });
    await ada.mutation(markAsUnread, { conversationId });
    expect(await ada.query(getUnreadCounts, {})).toEqual([{ conversationId, unreadCount: 1 }]);
    expect(await rowOf(ada, conversationId)).toMatchObject({
      unreadCount: 1,
      isMarkedUnread: true,
    });
    expect(await bob.query(getUnreadCounts, {})).toEqual([]);
    await ada.mutation(api.messages.markConversationsAsRead, { conversationIds: [conversationId] });
    expect(await ada.query(getUnreadCounts, {})).toEqual([]);
  });

  it("is cleared for oneself, and comes back with the next message", async () => {
    const { ada, bob, pair: conversationId } = await startWorld();
    await send(bob, conversationId, "Old");
    await ada.mutation(clearConversation, { conversationId });
    expect(await rowOf(ada, conversationId)).toMatchObject({
      ...{ lastMessage: null, unreadCount: 0, clearedSeq: 1 },
    });
    await ada.mutation(clearConversation, { conversationId, isHidden: true });
    expect(await rowOf(ada, conversationId)).toBeUndefined();
    expect((await rowOf(bob, conversationId))?.lastMessage?.content).toBe("Old");
    expect(await messagesOf(bob, conversationId)).toHaveLength(1);
    await send(bob, conversationId, "New");
    expect(await rowOf(ada, conversationId)).toMatchObject({
      ...{ lastMessage: { content: "New" }, unreadCount: 1, clearedSeq: 1 },
    });
    const shown = await ada.query(api.conversations.getConversation, { conversationId });
    expect(shown).toMatchObject({ clearedSeq: 1, isBlocked: false });
    // Clearing is not reading, and nobody hears of it.
    const marks = await bob.query(api.conversations.getReadMarks, { conversationId });
    expect(marks.find(({ userId }) => userId === "ada")?.lastReadSeq).toBe(0);
  });
});

describe("blocking", () => {
  it("ends writing one to one, both ways, and what the blocked one sees of the other", async () => {
    const { ada, bob, pair, group } = await startWorld();
    await ada.mutation(api.users.sendHeartbeat, { tabId: "one" });
    await ada.mutation(blockUser, { userId: "bob" });
    await ada.mutation(blockUser, { userId: "bob" });
    expect(await refusal(send(bob, pair))).toEqual({ code: "forbidden", reason: "blocked" });
    expect(await refusal(send(ada, pair))).toEqual({ code: "forbidden", reason: "blocked_by_you" });
    expect(await refusal(bob.query(getPresence, { userIds: ["ada"] }))).toEqual({
      code: "not_found",
    });
    await send(bob, group, "Hello all");
    const invited = { groupName: "Trap", participantIds: ["ada"] };
    expect(await refusal(bob.mutation(api.conversations.createGroup, invited))).toMatchObject({
      code: "forbidden",
    });
    expect(await rowOf(ada, pair)).toMatchObject({ isBlocked: true });
    expect(await rowOf(bob, pair)).toMatchObject({ isBlocked: false });
    expect(await ada.query(getBlockedUsers, {})).toMatchObject([{ clerkId: "bob" }]);
    await ada.mutation(unblockUser, { userId: "bob" });
    await ada.mutation(unblockUser, { userId: "bob" });
    await send(bob, pair);
  });

  it("ends editing, reacting and typing one to one, and leaves one's own to be taken back", async () => {
    const { ada, bob, pair, group } = await startWorld();
    const { editMessage, toggleReaction, deleteMessages } = api.messages;
    const { setTypingState, getTypingState } = api.typingStates;
    const old = await send(bob, pair, "Kind");
    const ofAda = await send(ada, pair, "Hello");
    await bob.mutation(toggleReaction, { messageId: ofAda, emoji: "👍" });
    await ada.mutation(blockUser, { userId: "bob" });
    const blocked = { code: "forbidden", reason: "blocked" };
    const edit = { messageId: old, content: "Unkind" };
    expect(await refusal(bob.mutation(editMessage, edit))).toEqual(blocked);
    const angry = { messageId: ofAda, emoji: "🖕" };
    expect(await refusal(bob.mutation(toggleReaction, angry))).toEqual(blocked);
    expect(await refusal(ada.mutation(toggleReaction, { ...angry, messageId: old }))).toEqual({
      ...blocked,
      reason: "blocked_by_you",
    });
    await bob.mutation(setTypingState, { conversationId: pair });
    expect(await ada.query(getTypingState, { conversationId: pair })).toEqual([]);
    await bob.mutation(toggleReaction, { messageId: ofAda, emoji: "👍" });
    await bob.mutation(deleteMessages, { messageIds: [old] });
    const byId = new Map((await messagesOf(ada, pair)).map((one) => [one._id, one]));
    expect([byId.get(ofAda)?.reactions, byId.get(old)?.isDeleted]).toEqual([[], true]);
    // In a group they are members among others.
    const inGroup = await send(ada, group, "All");
    await bob.mutation(toggleReaction, { messageId: inGroup, emoji: "👍" });
    await bob.mutation(setTypingState, { conversationId: group });
    expect(await ada.query(getTypingState, { conversationId: group })).toHaveLength(1);
  });

  it("keeps what the blocker reads from the blocked, while the badge still goes", async () => {
    const { ada, bob, pair, group } = await startWorld();
    const messageId = await send(bob, pair);
    const inGroup = await send(bob, group);
    const readTo = async (conversationId: string) => {
      const marks = await bob.query(api.conversations.getReadMarks, { conversationId });
      return marks.find(({ userId }) => userId === "ada")?.lastReadSeq;
    };
    const before = [await readTo(pair), await readTo(group)];
    await ada.mutation(blockUser, { userId: "bob" });
    await ada.mutation(api.messages.markMessageAsRead, { messageId });
    await ada.mutation(api.messages.markMessageAsRead, { messageId: inGroup });
    expect(await ada.query(getUnreadCounts, {})).toEqual([]);
    expect(await readTo(pair)).toBe(before[0]);
    expect(await readTo(group)).toBeGreaterThan(before[1]!);
    const { readBy } = await bob.query(api.messages.getReadBy, { messageId });
    expect(readBy.map(({ userId }) => userId)).toEqual(["bob"]);
    await ada.mutation(unblockUser, { userId: "bob" });
    await ada.mutation(api.messages.markMessageAsRead, { messageId });
    expect(await readTo(pair)).toBeGreaterThan(before[0]!);
  });

  it("is of somebody else who exists", async () => {
    const { ada } = await startWorld();
    expect(await refusal(ada.mutation(blockUser, { userId: "ada" }))).toMatchObject({
      reason: "same_person",
    });
    expect(await refusal(ada.mutation(blockUser, { userId: "no" }))).toEqual({ code: "not_found" });
  });
});

describe("haste", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 10, 22, 12) });
    vi.stubEnv("PARLEY_RATE_LIMITS", "0.05");
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  it("is refused with the time to wait, in every conversation of the hasty and of nobody else", async () => {
    const { ada, bob, pair, group } = await startWorld();
    for (let count = 0; count < 10; count += 1) await send(ada, count % 2 ? pair : group);
    for (const conversationId of [pair, group]) {
      const { code, retryAfterMs = 0 } = await refusal(send(ada, conversationId));
      expect(code).toBe("rate_limited");
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(retryAfterMs).toBeLessThanOrEqual(400);
    }
    await send(bob, pair);
    vi.setSystemTime(Date.now() + 400);
    await send(ada, pair);
    expect(await messagesOf(ada, pair)).toHaveLength(7);
  });

  it("does not count what was sent before under the same number", async () => {
    const { ada, pair: conversationId } = await startWorld();
    const sent = { conversationId, content: "Hello", clientMessageId: "one" };
    for (let count = 0; count < 20; count += 1) await ada.mutation(api.messages.sendMessage, sent);
    expect(await messagesOf(ada, conversationId)).toHaveLength(1);
  });

  it("is counted for editing, opening and inviting, too", async () => {
    const { ada, pair, group } = await startWorld();
    const messageId = await send(ada, pair);
    const edit = (content: number) =>
      ada.mutation(api.messages.editMessage, { messageId, content: String(content) });
    for (let count = 0; count < 10; count += 1) await edit(count);
    expect((await refusal(edit(10))).code).toBe("rate_limited");
    const open = () =>
      ada.mutation(api.conversations.createGroup, { groupName: "X", participantIds: ["bob"] });
    // Two conversations were opened to begin with, of three.
    await open();
    expect((await refusal(open())).code).toBe("rate_limited");
    const userIds = Array.from({ length: 40 }, (_, number) => `user${number}`);
    const add = ada.mutation(api.groups.addMembers, { conversationId: group, userIds });
    expect((await refusal(add)).code).toBe("rate_limited");
  });
});

describe("settings", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("are kept, the ones that were chosen", async () => {
    const { ada, bob } = await startWorld();
    const { updateSettings, getSettings } = api.settings;
    const standard = await ada.query(getSettings, {});
    expect(standard).toMatchObject({ sharesTyping: true, theme: "system", enterSends: true });
    await ada.mutation(updateSettings, { theme: "dark" });
    await ada.mutation(updateSettings, { language: "ar", enterSends: false });
    const chosen = { ...standard, theme: "dark", language: "ar", enterSends: false };
    expect(await ada.query(getSettings, {})).toEqual(chosen);
    expect(await bob.query(getSettings, {})).toEqual(standard);
    const long = ada.mutation(updateSettings, { language: "x".repeat(36) });
    expect(await refusal(long)).toMatchObject({ code: "too_long", field: "language" });
  });

  it("keep to oneself when one was here, and take back what was known", async () => {
    const { ada, bob } = await startWorld();
    await ada.mutation(api.users.sendHeartbeat, {});
    await ada.mutation(api.settings.updateSettings, { sharesLastSeen: false });
    await ada.mutation(api.users.sendHeartbeat, {});
    expect(await bob.query(getPresence, { userIds: ["ada"] })).toEqual([
      { userId: "ada", lastSeen: 0, isGone: true },
    ]);
  });

  it("keep to oneself that one is typing", async () => {
    const { ada, bob, pair: conversationId } = await startWorld();
    await ada.mutation(api.settings.updateSettings, { sharesTyping: false });
    await ada.mutation(api.typingStates.setTypingState, { conversationId });
    expect(await bob.query(api.typingStates.getTypingState, { conversationId })).toEqual([]);
  });

  it("keep to oneself what one has read, while the badge still goes", async () => {
    const { ada, bob, pair: conversationId } = await startWorld();
    const messageId = await send(bob, conversationId);
    await ada.mutation(api.settings.updateSettings, { sharesReceipts: false });
    await ada.mutation(api.messages.markMessageAsRead, { messageId });
    expect(await ada.query(getUnreadCounts, {})).toEqual([]);
    const marks = await bob.query(api.conversations.getReadMarks, { conversationId });
    expect(marks.find(({ userId }) => userId === "ada")?.lastReadSeq).toBe(0);
    const { readBy } = await bob.query(api.messages.getReadBy, { messageId });
    expect(readBy.map(({ userId }) => userId)).toEqual(["bob"]);
  });
});
