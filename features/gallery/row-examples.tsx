"use client";

import {
  ConversationRow,
  type ConversationRowProps,
  type RowPreview,
} from "../conversations/conversation-row";
import { Group } from "./example";

/** A Wednesday noon; everything in the gallery happens then. */
export const NOON_MS = Date.UTC(2026, 10, 25, 12);
const DAY_MS = 24 * 60 * 60_000;

const message = (text: string): RowPreview => ({
  kind: "message",
  who: null,
  text,
  isQuiet: false,
});

const ROWS: (Partial<ConversationRowProps> & { title: string; preview: RowPreview })[] = [
  { title: "Ada Lovelace", preview: message("The engine weaves patterns"), isOpen: true },
  {
    title: "Bo Diddley",
    preview: message("Did you hear that?"),
    unreadCount: 4,
    presence: "active",
  },
  { title: "Writers", preview: { kind: "typing", text: "Cy is typing…" }, isGroup: true },
  { title: "Cy Twombly", preview: { kind: "draft", text: "I have been thinking" } },
  {
    title: "Dee Dee",
    preview: { kind: "sending", who: "You:", text: "On my way" },
    presence: "recent",
  },
  { title: "Eve Online", preview: { kind: "failed", text: "This did not arrive" } },
  {
    title: "Fay Wray",
    preview: { kind: "message", who: "You:", text: "Message deleted", isQuiet: true },
  },
  { title: "Guy Fawkes", preview: message("Remember"), note: "Blocked", isBlocked: true },
  { title: "חנה סנש", preview: message("אלי, שלא יגמר לעולם"), unreadCount: 120 },
  {
    title: "A name so long that no list of any width could ever show the whole of it",
    preview: message("And a message that goes on and on, as some of them do, until it is cut"),
    search: "name",
  },
];

/** The rows of the list of chats. */
export function RowExamples() {
  return (
    <Group title="Chats in the list">
      <ul className="-mx-2 bg-surface py-1">
        {ROWS.map((row, index) => (
          <ConversationRow
            key={row.title}
            conversationId={`gallery ${index}`}
            avatarId={row.title}
            imageUrl={null}
            lastMessageAt={NOON_MS - (index * DAY_MS) / 3}
            todayMs={NOON_MS - DAY_MS / 2}
            unreadCount={0}
            presence={undefined}
            isOpen={false}
            isGroup={false}
            otherUserId={null}
            isBlocked={false}
            note={null}
            {...row}
          />
        ))}
      </ul>
    </Group>
  );
}
