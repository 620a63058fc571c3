import type { FunctionReturnType } from "convex/server";
import type { api } from "@/convex/_generated/api";
import { t } from "../language/t";
import { eventText, type GroupEvent } from "../messages/event-text";

export type ListedConversation = FunctionReturnType<
  typeof api.conversations.getUserConversations
>["page"][number];

/** What a conversation is called, and what its picture is made of. */
export type ConversationLook = {
  title: string;
  imageUrl: string | null;
  /** Decides the colour of the picture. */
  avatarId: string;
};

export function conversationLook(conversation: ListedConversation): ConversationLook {
  const { isGroup, groupName, otherUser, conversationId } = conversation;
  if (isGroup) {
    const title = groupName || t("group.untitled");
    return { title, imageUrl: null, avatarId: conversationId };
  }
  return {
    title: otherUser?.name || t("people.someone"),
    imageUrl: otherUser?.imageUrl ?? null,
    avatarId: otherUser?.clerkId ?? conversationId,
  };
}

export type PreviewFacts = {
  lastMessage:
    | (Pick<
        NonNullable<ListedConversation["lastMessage"]>,
        "senderId" | "content" | "isDeleted"
      > & { event?: GroupEvent | undefined })
    | null;
  isGroup: boolean;
  viewerId: string | null;
  /** By id; a few members of a group, for the name before their message. */
  names: ReadonlyMap<string, string>;
};

/** The line below a conversation's name: who said what last. */
export type Preview = {
  /** "You:" or a name, in the page's direction; `null` where that is plain. */
  who: string | null;
  /** In a direction of its own. */
  text: string;
};

export function previewLine({ lastMessage, isGroup, viewerId, names }: PreviewFacts): Preview {
  if (!lastMessage) return { who: null, text: t("list.noMessages") };
  const { event } = lastMessage;
  if (event) {
    const nameOf = (userId: string) => names.get(userId) || t("people.someone");
    return { who: null, text: eventText(event, lastMessage.senderId, { viewerId, nameOf }) };
  }
  const text = lastMessage.isDeleted ? t("list.deleted") : lastMessage.content;
  if (lastMessage.senderId === viewerId) return { who: t("list.you"), text };
  const name = isGroup ? names.get(lastMessage.senderId) : undefined;
  return { who: name ? t("list.said", { name }) : null, text };
}

/** Keeps the conversations whose title contains every word of the search, in any case and accent. */
export function filterByTitle<T extends { title: string }>(
  items: readonly T[],
  search: string,
): T[] {
  const words = fold(search).split(/\s+/u).filter(Boolean);
  if (words.length === 0) return [...items];
  return items.filter(({ title }) => {
    const folded = fold(title);
    return words.every((word) => folded.includes(word));
  });
}

function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
