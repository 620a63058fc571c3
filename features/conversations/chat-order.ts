/** The chats of the list in the order in which they are shown, for the keys that walk through them. */
export type ListedChat = { conversationId: string; unreadCount: number };

let shown: readonly ListedChat[] = [];

export function noteChatOrder(chats: readonly ListedChat[]): void {
  shown = chats;
}

export type ChatStep = { isDown: boolean; isUnreadOnly: boolean };

/** The chat before or after the open one; `null` where there is none. */
export function chatBeside(
  openId: string | null,
  { isDown, isUnreadOnly }: ChatStep,
  chats: readonly ListedChat[] = shown,
): string | null {
  const at = chats.findIndex(({ conversationId }) => conversationId === openId);
  const below = chats.slice(at + 1);
  const above = chats.slice(0, Math.max(at, 0)).reverse();
  const ahead = isDown ? below : at < 0 ? [] : above;
  const found = isUnreadOnly ? ahead.find(({ unreadCount }) => unreadCount > 0) : ahead[0];
  return found?.conversationId ?? null;
}
