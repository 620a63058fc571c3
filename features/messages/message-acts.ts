import type { ChatMessage } from "./chat-message";

/** What can be begun with a stored message of the log. The chat knows what comes of it. */
export type MessageActs = {
  reply: (message: ChatMessage) => void;
  edit: (message: ChatMessage) => void;
  /** Selects it, or takes it out; `isRange`: with everything from the one touched before. */
  select: (message: ChatMessage, isRange: boolean) => void;
  /** Asks, and deletes it for everybody. */
  remove: (message: ChatMessage) => void;
  /** Tells the server's admins about it. */
  report: (message: ChatMessage) => void;
  showInfo: (message: ChatMessage) => void;
  showHistory: (message: ChatMessage) => void;
};
