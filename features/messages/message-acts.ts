import type { ChatMessage } from "./chat-message";

/** What can be begun with a stored message of the log. The chat knows what comes of it. */
export type MessageActs = {
  reply: (message: ChatMessage) => void;
  edit: (message: ChatMessage) => void;
};
