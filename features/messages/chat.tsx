"use client";

import dynamic from "next/dynamic";
import { useCallback, useMemo, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { cn } from "@/lib/cn";
import { useBackCloses } from "@/lib/use-back-closes";
import { refusalOf } from "@/shared/error-codes";
import { PanelError } from "../connection/panel-error";
import { useConversationActs } from "../conversations/use-conversation-acts";
import { t } from "../language/t";
import { useOpenMessageId } from "../navigation/open-conversation";
import { useIsRoomy } from "../navigation/use-media";
import { ChatHeader } from "./chat-header";
import type { ChatMessage } from "./chat-message";
import { ClosedComposer, closedBecause } from "./closed-composer";
import { Composer, type ComposerHandle } from "./composer";
import { MessageLog, type MessageLogHandle } from "./message-log";
import { MissingChat } from "./missing-chat";
import { SelectionBar } from "./selection-bar";
import { UndoBar } from "./undo-bar";
import { useChat } from "./use-chat";
import { useEditing } from "./use-editing";
import { useMessageActs } from "./use-message-acts";
import { useMessageChanges } from "./use-message-changes";
import { usePendingDeletions } from "./use-pending-deletions";
import { useReply } from "./use-reply";
import { useSendMessage } from "./use-send-message";
import { useEscape } from "./use-type-anywhere";

const ChatSearchBar = dynamic(
  () => import("../search/chat-search-bar").then((room) => room.ChatSearchBar),
  { loading: () => null },
);

const ChatDetails = dynamic(() => import("./chat-details").then((room) => room.ChatDetails), {
  loading: () => null,
});

const NOT_KNOWN: readonly ChatMessage[] = [];

export type ChatProps = {
  conversationId: string;
  /** It has the screen to itself, as on a phone. */
  isAlone: boolean;
};

/** One open conversation. Must be keyed by its id: nothing of one chat may reach another. */
export function Chat({ conversationId, isAlone }: ChatProps) {
  return (
    <main className="h-full min-h-0 bg-bg">
      <PanelBoundary
        resetKey={conversationId}
        fallback={(error, retry) =>
          refusalOf(error)?.code === "not_found" ? (
            <MissingChat conversationId={conversationId} />
          ) : (
            <PanelError error={error} onRetry={retry} />
          )
        }
      >
        <OpenChat conversationId={conversationId} isAlone={isAlone} />
      </PanelBoundary>
    </main>
  );
}

function OpenChat({ conversationId, isAlone }: ChatProps) {
  const chat = useChat(conversationId, useOpenMessageId());
  const { viewerId, conversation, tail } = chat;
  const sending = useSendMessage(conversationId);
  const { changes, refusal, clearRefusal } = useMessageChanges(conversationId);
  const {
    editing,
    start: startEdit,
    change: changeEdit,
    end: endEdit,
  } = useEditing(conversationId, chat.isCopy ? NOT_KNOWN : tail, changes.edit);
  const [isMissingSeen, setIsMissingSeen] = useState(false);
  const [isSearching, setIsSearching] = useState(false);
  const log = useRef<MessageLogHandle>(null);
  const composer = useRef<ComposerHandle>(null);

  const reply = useReply(conversationId, tail);
  const startEditing = useCallback(
    (message: ChatMessage) => {
      startEdit(message);
      composer.current?.focus();
    },
    [startEdit],
  );
  const canDeleteAll = conversation?.isGroup === true && conversation.myRole !== "member";
  const acted = useMessageActs({
    conversationId,
    chat,
    canDeleteAll,
    changes,
    onReply: reply.start,
    onEdit: startEditing,
    onFocusGone: useCallback(() => log.current?.focus(), []),
  });
  const { selection } = acted;
  useEscape("selection", selection.ids !== null, selection.end);
  useBackCloses(selection.end, selection.ids !== null);
  useBackCloses(() => setIsSearching(false), isSearching);
  const conversationActs = useConversationActs();
  const closed = closedBecause(conversation);
  const actedOn = {
    conversationId,
    title: conversation?.title ?? "",
    otherUserId: conversation?.otherUser?.clerkId ?? null,
  };
  const [isDetailsOpen, setIsDetailsOpen] = useState(false);
  const detailsButton = useRef<HTMLButtonElement>(null);
  const hasSide = useIsRoomy() && isDetailsOpen;
  const closeDetails = useCallback(() => {
    setIsDetailsOpen(false);
    detailsButton.current?.focus();
  }, []);
  const deletedCount = usePendingDeletions(conversationId).size;

  const send = useCallback(
    (content: string) => {
      // First, so that the new bubble is followed from wherever one was reading.
      log.current?.followEnd();
      const kept = sending.send(content, reply.quoted ?? undefined);
      if (kept !== null) reply.sent(kept);
      return kept;
    },
    [sending, reply],
  );

  const editLast = useCallback(() => {
    const last = tail.findLast(
      ({ id, senderId, isDeleted, event }) =>
        id !== null && senderId === viewerId && !isDeleted && event === null,
    );
    if (last) startEditing(last);
  }, [tail, viewerId, startEditing]);

  const mentionable = useMemo(
    () => conversation?.members.filter(({ userId }) => userId !== viewerId) ?? [],
    [conversation?.members, viewerId],
  );
  const nameOf = (userId: string) =>
    userId === viewerId
      ? t("message.you")
      : conversation?.members.find((member) => member.userId === userId)?.name ||
        t("people.someone");
  const logProps = useMemo(() => ({ sending, changes }), [sending, changes]);
  return (
    <div
      className={cn(
        "grid h-full",
        hasSide ? "grid-cols-[minmax(0,1fr)_360px]" : "grid-cols-[minmax(0,1fr)]",
      )}
    >
      <div className="grid h-full min-h-0 min-w-0 grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)_auto]">
        <div>
          <ChatHeader
            conversation={conversation}
            viewerId={viewerId}
            isAlone={isAlone}
            onSearch={() => setIsSearching(true)}
            isDetailsOpen={isDetailsOpen}
            detailsButton={detailsButton}
            onOpenDetails={() => (isDetailsOpen ? closeDetails() : setIsDetailsOpen(true))}
          />
          {isSearching && (
            <ChatSearchBar
              conversationId={conversationId}
              goTo={chat.goTo}
              onClose={() => {
                setIsSearching(false);
                composer.current?.focus();
              }}
            />
          )}
        </div>
        <MessageLog
          ref={log}
          conversationId={conversationId}
          chat={chat}
          canDeleteAll={canDeleteAll}
          acts={acted.acts}
          selectedIds={selection.ids}
          {...logProps}
        />
        <div className="relative">
          {deletedCount > 0 && <UndoBar count={deletedCount} />}
          {conversationActs.refusal && (
            <ChatNotice text={conversationActs.refusal} onClose={conversationActs.clearRefusal} />
          )}
          {refusal && <ChatNotice text={refusal} onClose={clearRefusal} />}
          {chat.isMissing && !isMissingSeen && (
            <ChatNotice text={t("chat.messageMissing")} onClose={() => setIsMissingSeen(true)} />
          )}
          {selection.ids !== null ? (
            <SelectionBar
              count={acted.selected.length}
              canDelete={acted.canDeleteSelected}
              onCopy={acted.copySelected}
              onDelete={acted.deleteSelected}
              onEnd={selection.end}
            />
          ) : closed !== null ? (
            <ClosedComposer
              because={closed}
              name={conversation?.title ?? ""}
              onUnblock={() => conversationActs.begin("unblock", actedOn)}
            />
          ) : (
            <Composer
              ref={composer}
              conversationId={conversationId}
              members={mentionable}
              onSend={send}
              onEditLast={editLast}
              editing={editing}
              onEditChange={changeEdit}
              onEditEnd={endEdit}
              answering={
                reply.quoted && {
                  quoted: reply.quoted,
                  authorName: nameOf(reply.quoted.senderId),
                }
              }
              onAnswerEnd={reply.end}
              onAnswerStep={reply.step}
            />
          )}
        </div>
      </div>
      {isDetailsOpen && conversation && (
        <ChatDetails
          conversation={conversation}
          viewerId={viewerId}
          acts={conversationActs}
          onClose={closeDetails}
        />
      )}
      {acted.dialog}
      {conversationActs.dialog}
    </div>
  );
}

function ChatNotice({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <p
      role="alert"
      className="mx-5 mt-1 flex items-center justify-between gap-3 rounded-xl bg-danger-soft px-4 py-1 text-meta text-danger max-wide:mx-2.5"
    >
      {text}
      <Button variant="quiet" className="text-meta" onClick={onClose}>
        {t("close")}
      </Button>
    </p>
  );
}
