"use client";

import { useState } from "react";
import type { ChatMessage } from "../messages/chat-message";
import { EventLine } from "../messages/event-line";
import { MessageItem, type MessageItemProps } from "../messages/message-item";
import { toggleReaction } from "../messages/reaction-groups";
import { Group } from "./example";
import { NOON_MS } from "./row-examples";

const ME = "me";
const NAMES: Record<string, string> = { [ME]: "You", ada: "Ada Lovelace", bo: "Bo Diddley" };
const nameOf = (userId: string) => NAMES[userId] ?? "";
const MEMBERS = Object.entries(NAMES).map(([userId, name]) => ({ userId, name }));
const nothing = () => undefined;

type Shown = Partial<ChatMessage> & { content: string; look?: Partial<MessageItemProps> };

const SHOWN: Shown[] = [
  { content: "The first of a group carries the name.", senderId: "ada" },
  {
    content: "The last one points at who speaks.",
    senderId: "ada",
    reactions: [
      { emoji: "👍", userId: ME },
      { emoji: "👍", userId: "bo" },
      { emoji: "🎉", userId: "bo" },
    ],
    look: { startsGroup: false, endsGroup: true },
  },
  { content: "Sent, and nobody has read it yet." },
  { content: "Read by somebody.", look: { isRead: true } },
  { content: "Still on its way.", id: null, seq: null, delivery: { kind: "sending" } },
  {
    content: "This one failed.",
    id: null,
    seq: null,
    delivery: { kind: "failed", reason: "You are no longer in this group." },
  },
  { content: "Changed after it was sent.", editedAt: NOON_MS, look: { isRead: true } },
  { content: "", isDeleted: true, senderId: "bo", look: { endsGroup: true } },
  {
    content: "An answer, with what it answers.",
    quote: {
      messageId: "q",
      senderId: "ada",
      content: "The first of a group carries the name.",
      sentAt: NOON_MS,
      isDeleted: false,
    },
  },
  {
    content:
      "**Bold**, *slanted*, ~~struck~~, `code`, @Ada Lovelace, https://example.org/a/long/way\n```\nfor (const word of words) say(word);\n```",
    senderId: "bo",
    look: { endsGroup: true },
  },
  { content: "🎉", senderId: "bo", look: { endsGroup: true } },
  { content: "שלום, this is 3 בערב", senderId: "ada", look: { endsGroup: true } },
  { content: `Unbroken: ${"x".repeat(90)}` },
  { content: "Selected.", look: { isSelecting: true, isSelected: true } },
  { content: "Not selected.", senderId: "ada", look: { isSelecting: true } },
  { content: "Jumped to.", senderId: "ada", look: { isMarked: true } },
];

/** Messages in every state; reactions can be given and taken back. */
export function MessageExamples() {
  const [messages, setMessages] = useState(() => SHOWN.map(toMessage));
  const react = (id: string, emoji: string) =>
    setMessages((before) =>
      before.map((each) =>
        each.id === id ? { ...each, reactions: toggleReaction(each.reactions, emoji, ME) } : each,
      ),
    );
  return (
    <Group title="Messages">
      <div className="-mx-2 rounded-row border border-line bg-bg p-4">
        <EventLine
          message={{ ...messages[0]!, key: "event" }}
          event={{ type: "renamed", groupName: "Writers" }}
          nameOf={nameOf}
          viewerId={ME}
          watch={nothing}
        />
        {messages.map((message, index) => (
          <MessageItem
            key={message.key}
            message={message}
            startsGroup
            endsGroup={message.senderId === ME}
            isMine={message.senderId === ME}
            isInGroup
            isRead={false}
            canDelete={false}
            viewerId={ME}
            author={{ name: nameOf(message.senderId), imageUrl: null }}
            isNew={false}
            isSelecting={false}
            isSelected={false}
            isMarked={false}
            members={MEMBERS}
            nameOf={nameOf}
            watch={nothing}
            changes={{ react, edit: async () => {}, remove: nothing }}
            sending={{ send: () => null, retry: nothing, discard: nothing }}
            acts={{
              reply: nothing,
              edit: nothing,
              select: nothing,
              remove: nothing,
              report: nothing,
              showInfo: nothing,
              showHistory: nothing,
            }}
            onOpenQuote={nothing}
            {...SHOWN[index]!.look}
          />
        ))}
      </div>
    </Group>
  );
}

function toMessage({ look, ...given }: Shown, index: number): ChatMessage {
  return {
    key: `gallery ${index}`,
    id: `gallery ${index}`,
    seq: index + 1,
    senderId: ME,
    sentAt: NOON_MS + index * 60_000,
    isDeleted: false,
    editedAt: null,
    reactions: [],
    quote: null,
    event: null,
    delivery: { kind: "stored" },
    ...given,
  };
}
