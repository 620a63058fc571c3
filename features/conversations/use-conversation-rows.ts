"use client";

import { useConvexAuth, usePaginatedQuery, useQuery } from "convex/react";
import { useCallback, useMemo } from "react";
import { useIdentity } from "@/auth/use-identity";
import { api } from "@/convex/_generated/api";
import { startOfDay } from "@/lib/dates";
import { bulkIdsMax } from "@/shared/limits";
import { previewText } from "@/shared/message-text";
import { useServerNow } from "../connection/use-server-now";
import { t } from "../language/t";
import { useDrafts } from "../messages/use-draft";
import { useIsPendingDeletion } from "../messages/use-pending-deletions";
import { useOfflineCopy } from "../offline/use-offline-copy";
import type { OutboxItem } from "../outbox/outbox";
import { useOutbox } from "../outbox/use-outbox";
import { usePresence } from "../presence/use-presence";
import { typingText } from "../typing/typing-text";
import { useListTypists } from "../typing/use-typists";
import { conversationLook, type ListedConversation, previewLine } from "./conversation-look";
import type { ConversationRowProps, RowPreview } from "./conversation-row";
import { useShownUnreadCounts } from "./use-unread-counts";

/** More than a screen; the whole page comes again with every message of anybody on it. */
const PAGE_ITEMS = 20;
/** In so many of the newest chats it is shown that somebody is typing; each costs a subscription. */
const TYPING_ROWS_MAX = 12;
/** Of so many chats the list is kept for when there is no connection. */
const COPIED_ROWS_MAX = 40;
const MINUTE_MS = 60_000;

/** The rows of the conversation list, newest first, with everything that they show. */
export function useConversationRows(openId: string | null) {
  const { isAuthenticated } = useConvexAuth();
  const { userId: viewerId } = useIdentity();
  const { results, status, isCopy, loadMore } = useListedConversations(isAuthenticated);
  const unread = useShownUnreadCounts();
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

  const isBeingDeleted = useIsPendingDeletion();
  const names = useSpeakerNames(results, viewerId);

  const rows: ConversationRowProps[] = results.map((conversation) => {
    const { conversationId, otherUser } = conversation;
    const isOpen = conversationId === openId;
    const typists = typing.get(conversationId);
    return {
      conversationId,
      ...conversationLook(conversation),
      isGroup: conversation.isGroup,
      otherUserId: otherUser?.clerkId ?? null,
      isBlocked: conversation.isBlocked,
      note: rowNote(conversation),
      preview: typists
        ? { kind: "typing", text: typingText(typists) }
        : chooseRowPreview(conversation, {
            viewerId,
            names,
            // The draft of the open chat stands in its own composer.
            draft: isOpen ? "" : drafts.read(viewerId ?? "", conversationId),
            waiting: outbox.of(conversationId),
            isBeingDeleted: isBeingDeleted(conversation.lastMessage?.messageId),
          }),
      lastMessageAt: conversation.lastMessageAt,
      todayMs,
      unreadCount: unread ? (unread.get(conversationId) ?? 0) : conversation.unreadCount,
      presence: otherUser ? presence.get(otherUser.clerkId) : undefined,
      isOpen,
    };
  });
  const more = useCallback(() => loadMore(PAGE_ITEMS), [loadMore]);
  // A copy ends where it was cut off; there is no more, and no telling that there is none.
  return { rows, status: isCopy ? ("LoadingMore" as const) : status, loadMore: more };
}

const NONE: readonly ListedConversation[] = [];

/** The conversations as the server lists them, or their copy until it does. */
function useListedConversations(isAuthenticated: boolean) {
  const { results, status, loadMore } = usePaginatedQuery(
    api.conversations.getUserConversations,
    isAuthenticated ? {} : "skip",
    { initialNumItems: PAGE_ITEMS },
  );
  const isLive = status !== "LoadingFirstPage";
  const newest = useMemo(
    () => (isLive ? results.slice(0, COPIED_ROWS_MAX) : undefined),
    [isLive, results],
  );
  const { value, isCopy } = useOfflineCopy<readonly ListedConversation[]>("list", newest);
  return { results: isLive ? results : (value ?? NONE), status, isCopy, loadMore };
}

/**
 * The names of those who spoke last in groups. The list brings a few members of each group along;
 * only a speaker who is not among them is asked for.
 */
function useSpeakerNames(
  conversations: readonly ListedConversation[],
  viewerId: string | null,
): ReadonlyMap<string, string> {
  const { known, missing } = useMemo(() => {
    const groups = conversations.filter(({ isGroup }) => isGroup);
    const listed = groups.flatMap(({ members }) => members);
    const known = new Map(listed.map(({ clerkId, name }) => [clerkId, name]));
    const speakers = new Set(groups.flatMap(({ lastMessage }) => namedBy(lastMessage)));
    const unnamed = [...speakers].filter((id) => id !== viewerId && !known.has(id));
    return { known, missing: unnamed.sort().slice(0, bulkIdsMax).join("\n") };
  }, [conversations, viewerId]);
  const args = useMemo(() => ({ userIds: missing.split("\n") }), [missing]);
  const live = useQuery(api.users.getUsers, missing === "" ? "skip" : args);
  const { value: found } = useOfflineCopy("speakers", live);
  return useMemo(
    () => new Map([...known, ...(found ?? []).map((user) => [user.clerkId, user.name] as const)]),
    [known, found],
  );
}

function rowNote({ isGroup, isBlocked, otherUser }: ListedConversation): string | null {
  if (isBlocked) return t("list.blocked");
  return !isGroup && (otherUser === null || otherUser.isDeleted) ? t("list.gone") : null;
}

type Own = {
  viewerId: string | null;
  names: ReadonlyMap<string, string>;
  draft: string;
  waiting: readonly OutboxItem[];
  /** The newest message waits to be deleted. */
  isBeingDeleted: boolean;
};

function chooseRowPreview(conversation: ListedConversation, own: Own): RowPreview {
  const failed = own.waiting.find(({ state }) => state.kind === "failed");
  if (failed) return { kind: "failed", text: previewText(failed.content) };
  if (own.draft.trim() !== "") return { kind: "draft", text: previewText(own.draft) };
  const sending = own.waiting.findLast(({ state }) => state.kind === "sending");
  if (sending) return { kind: "sending", who: t("list.you"), text: previewText(sending.content) };
  const { isGroup } = conversation;
  const stored = conversation.lastMessage;
  const lastMessage = stored && own.isBeingDeleted ? { ...stored, isDeleted: true } : stored;
  return {
    kind: "message",
    ...previewLine({ lastMessage, isGroup, viewerId: own.viewerId, names: own.names }),
    isQuiet: !lastMessage || lastMessage.isDeleted || lastMessage.event !== undefined,
  };
}

/** Whom the line below a group's name names: who spoke, and whom an event is about. */
function namedBy(lastMessage: ListedConversation["lastMessage"]): string[] {
  if (lastMessage === null) return [];
  const { senderId, event } = lastMessage;
  switch (event?.type) {
    case "added":
      return [senderId, ...event.userIds];
    case "removed":
    case "role":
      return [senderId, event.userId];
    default:
      return [senderId];
  }
}
