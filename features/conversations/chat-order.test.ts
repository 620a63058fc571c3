import { describe, expect, it } from "vitest";
import { chatBeside } from "./chat-order";

const chats = [
  { conversationId: "a", unreadCount: 0 },
  { conversationId: "b", unreadCount: 2 },
  { conversationId: "c", unreadCount: 0 },
  { conversationId: "d", unreadCount: 1 },
];

describe("chatBeside", () => {
  it.each([
    ["b", true, false, "c"],
    ["b", false, false, "a"],
    ["b", true, true, "d"],
    ["d", false, true, "b"],
    ["d", true, false, null],
    ["a", false, false, null],
    ["a", false, true, null],
    [null, true, false, "a"],
    [null, false, false, null],
    ["elsewhere", true, true, "b"],
  ])("from %s, down %s, unread only %s: %s", (openId, isDown, isUnreadOnly, expected) => {
    expect(chatBeside(openId, { isDown, isUnreadOnly }, chats)).toBe(expected);
  });
});
