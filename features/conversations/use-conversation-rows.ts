"use client";

import { useConvexAuth, usePaginatedQuery } from "convex/react";
import { useCallback, useMemo } from "react";
import { useIdentity } from "@/auth/use-identity";
import { api } from "@/convex/_generated/api";
import { startOfDay } from "@/lib/dates";
import { previewText } from "@/shared/message-text";
import { useServerNow } from "../connection/use-server-now";
import { t } from "../language/t";
import type { OutboxItem } from "../messages/outbox";
import { useDrafts } from "../messages/use-draft";
import { useOutbox } from "../messages/use-outbox";
import { usePresence } from "../presence/use-presence";
import { typingText } from "../typing/typing-text";
import { useListTypists } from "../typing/use-typists";
import { conversationLook, type ListedConversation, previewLine } from "./conversation-look";
import type { ConversationRowProps, RowPreview } from "./conversation-row";
import { useUnreadCounts } from "./use-unread-counts";

const PAGE_ITEMS = 30;
/** In so many of the newest chats it is shown that somebody is typing; each costs a subscription. */
const TYPING_ROWS_MAX = 12;
const MINUTE_MS = 60_000;

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** The rows of the conversation list, newest first, with everything that they show. */
export function useConversationRows(openId: string | null) {
  const { isAuthenticated } = useConvexAuth();
  const { userId: viewerId } = useIdentity();
  const { results, status, loadMore } = usePaginatedQuery(
    api.conversations.getUserConversations,
    isAuthenticated ? {} : "skip",
    { initialNumItems: PAGE_ITEMS },
  );
  const unread = useUnreadCounts();
  const drafts = useDrafts();
  const outbox = useOutbox();
  const todayMs = startOfDay(useServerNow(MINUTE_MS));
  const presence = usePresence(
    useMemo(() => results.flatMap(({ otherUser }) => otherUser?.clerkId ?? []), [results]),
  );
  const typing = useListTypists(
    useMemo(
      () => results.slice(0, TYPING_ROWS_MAX).map(({ conversationId }) => conversationId),
      [results],
    ),
  );

  const rows: ConversationRowProps[] = results.map((conversation) => {
    const { conversationId, otherUser } = conversation;
    const isOpen = conversationId === openId;
    const typists = typing.get(conversationId);
    return {
      conversationId,
      ...conversationLook(conversation),
      preview: typists
        ? { kind: "typing", text: typingText(typists) }
        : chooseRowPreview(conversation, {
            viewerId,
            // The draft of the open chat stands in its own composer.
            draft: isOpen ? "" : drafts.read(viewerId ?? "", conversationId),
            waiting: outbox.of(conversationId),
          }),
      lastMessageAt: conversation.lastMessageAt,
      todayMs,
      unreadCount: unread ? (unread.get(conversationId) ?? 0) : conversation.unreadCount,
      presence: otherUser ? presence.get(otherUser.clerkId) : undefined,
      isOpen,
    };
  });
  const more = useCallback(() => loadMore(PAGE_ITEMS), [loadMore]);
  return { rows, status, loadMore: more };
}

type Own = { viewerId: string | null; draft: string; waiting: readonly OutboxItem[] };

function chooseRowPreview(conversation: ListedConversation, own: Own): RowPreview {
  const failed = own.waiting.find(({ state }) => state.kind === "failed");
  if (failed) return { kind: "failed", text: previewText(failed.content) };
  if (own.draft.trim() !== "") return { kind: "draft", text: previewText(own.draft) };
  const sending = own.waiting.findLast(({ state }) => state.kind === "sending");
  if (sending)
    return { kind: "sending", text: t("list.you", { text: previewText(sending.content) }) };
  const { lastMessage, isGroup, members } = conversation;
  const names = isGroup ? new Map(members.map(({ clerkId, name }) => [clerkId, name])) : NO_NAMES;
  return {
    kind: "message",
    text: previewLine({ lastMessage, isGroup, viewerId: own.viewerId, names }),
    isQuiet: !lastMessage || lastMessage.isDeleted,
  };
}
