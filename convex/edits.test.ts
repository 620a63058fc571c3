import { describe, expect, it } from "vitest";
import { contentMaxUnits, groupMembersMax, groupNameMaxUnits } from "../shared/limits";
import { api } from "./_generated/api";
import { join, messagesOf, refusal, send, startWorld } from "./test.setup";

/** Whoever cannot make a thing as it is refused cannot make another and change it into that. */
describe("[Z1] no change reaches what making refuses", () => {
  it.each([
    ["nothing", ""],
    ["spaces", " \n\t "],
    ["what nobody sees", "\u202e\u200b\u2060"],
    ["too much", "x".repeat(contentMaxUnits + 1)],
    ["too many emoji", "😀".repeat(contentMaxUnits)],
  ])("in a message: %s", async (_what, content) => {
    const { ada, pair } = await startWorld();
    const messageId = await send(ada, pair, "As it was");
    const edited = ada.mutation(api.messages.editMessage, { messageId, content });
    expect(await refusal(edited)).toEqual(await refusal(send(ada, pair, content)));
    const [message] = await messagesOf(ada, pair);
    expect([message?.content, message?.editedAt]).toEqual(["As it was", undefined]);
  });

  it.each([
    ["nothing", ""],
    ["what nobody sees", " \u202e "],
    ["too much", "x".repeat(groupNameMaxUnits + 1)],
  ])("in a group's name: %s", async (_what, groupName) => {
    const { ada, group: conversationId } = await startWorld();
    const participantIds = ["bob", "cyd"];
    const made = ada.mutation(api.conversations.createGroup, { groupName, participantIds });
    const asMade = await refusal(made);
    const renamed = ada.mutation(api.groups.renameGroup, { conversationId, groupName });
    expect(await refusal(renamed)).toEqual(asMade);
    const found = await ada.query(api.conversations.getConversation, { conversationId });
    expect(found.groupName).toBe("Tea");
  });

  it.each([
    ["nobody", ["nobody"]],
    ["who has blocked one", ["dan"]],
    ["too many", Array.from({ length: groupMembersMax + 1 }, (_, n) => `person ${n}`)],
  ])("in who is in a group: %s", async (_what, userIds) => {
    const { backEnd, ada, group: conversationId } = await startWorld();
    const dan = await join(backEnd, "dan");
    await dan.mutation(api.users.blockUser, { userId: "ada" });
    const participantIds = ["bob", ...userIds];
    const made = ada.mutation(api.conversations.createGroup, { groupName: "T", participantIds });
    const { code } = await refusal(made);
    const added = ada.mutation(api.groups.addMembers, { conversationId, userIds });
    expect(await refusal(added)).toMatchObject({ code });
    const found = await ada.query(api.conversations.getConversation, { conversationId });
    expect(found.members.map(({ userId }) => userId).sort()).toEqual(["ada", "bob", "cyd"]);
  });
});
