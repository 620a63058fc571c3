"use client";

import dynamic from "next/dynamic";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { copyText } from "@/lib/copy-text";
import { t } from "../language/t";
import type { ChatMessage } from "./chat-message";
import type { MessageActs } from "./message-acts";
import type { ChatState } from "./use-chat";
import type { MessageChanges } from "./use-message-changes";
import { pendingDeletions } from "./use-pending-deletions";
import { canBeSelected, type Selection, useSelection } from "./use-selection";

const ConfirmDialog = dynamic(
  () => import("@/components/ui/confirm-dialog").then((room) => room.ConfirmDialog),
  { loading: () => null },
);
const MessageInfoDialog = dynamic(
  () => import("./message-info-dialog").then((room) => room.MessageInfoDialog),
  { loading: () => null },
);
const EditHistoryDialog = dynamic(
  () => import("./edit-history-dialog").then((room) => room.EditHistoryDialog),
  { loading: () => null },
);

const ReportDialog = dynamic(() =>
  import("../reports/report-dialog").then((room) => room.ReportDialog),
);

type Asked =
  | { kind: "delete"; messages: readonly ChatMessage[] }
  | { kind: "report"; message: ChatMessage }
  | { kind: "info"; message: ChatMessage }
  | { kind: "history"; message: ChatMessage };

export type MessageActsOptions = {
  conversationId: string;
  chat: ChatState;
  /** Whether the viewer may delete everybody's messages. */
  canDeleteAll: boolean;
  changes: MessageChanges;
  onReply: (message: ChatMessage) => void;
  onEdit: (message: ChatMessage) => void;
  /** What had the focus is deleted. */
  onFocusGone: () => void;
};

export type ActedMessages = {
  acts: MessageActs;
  selection: Selection;
  /** What is selected, oldest first. */
  selected: readonly ChatMessage[];
  canDeleteSelected: boolean;
  copySelected: () => void;
  deleteSelected: () => void;
  /** The dialog that one of the acts has opened. */
  dialog: ReactNode;
};

/** What can be done with messages, one or several, and the dialogs that it takes. */
export function useMessageActs(options: MessageActsOptions): ActedMessages {
  const { chat, conversationId, changes, onReply, onEdit, canDeleteAll } = options;
  const selection = useSelection(chat.messages);
  const { toggle, end } = selection;
  const [asked, setAsked] = useState<Asked | null>(null);
  const hasDeleted = useRef(false);
  const acts = useMemo<MessageActs>(
    () => ({
      reply: onReply,
      edit: onEdit,
      select: toggle,
      remove: (message) => setAsked({ kind: "delete", messages: [message] }),
      report: (message) => setAsked({ kind: "report", message }),
      showInfo: (message) => setAsked({ kind: "info", message }),
      showHistory: (message) => setAsked({ kind: "history", message }),
    }),
    [onReply, onEdit, toggle],
  );

  const selected = useMemo(
    () =>
      chat.messages.filter(
        (message) => canBeSelected(message) && selection.ids?.has(message.id ?? "") === true,
      ),
    [chat.messages, selection.ids],
  );
  const nameOf = (userId: string) =>
    chat.conversation?.members.find((member) => member.userId === userId)?.name ||
    t("people.someone");
  const remove = (messages: readonly ChatMessage[]) => {
    const messageIds = messages.flatMap(({ id }) => id ?? []);
    pendingDeletions.add({
      conversationId,
      messageIds: new Set(messageIds),
      commit: () => changes.remove(messageIds),
    });
    hasDeleted.current = true;
    setAsked(null);
    end();
  };
  return {
    acts,
    selection,
    selected,
    canDeleteSelected: canDeleteAll || selected.every((one) => one.senderId === chat.viewerId),
    copySelected: () => {
      copyText(asText(selected, nameOf));
      end();
    },
    deleteSelected: () => setAsked({ kind: "delete", messages: selected }),
    dialog: asked && (
      <AskedDialog
        asked={asked}
        chat={chat}
        onClose={() => setAsked(null)}
        onCloseAutoFocus={(event) => {
          if (!hasDeleted.current) return;
          hasDeleted.current = false;
          event.preventDefault();
          options.onFocusGone();
        }}
        onDelete={() => asked.kind === "delete" && remove(asked.messages)}
      />
    ),
  };
}

/** As they were said; with several speakers each line says whose it is. */
function asText(messages: readonly ChatMessage[], nameOf: (userId: string) => string): string {
  const isTalk = new Set(messages.map(({ senderId }) => senderId)).size > 1;
  return messages
    .map(({ senderId, content }) =>
      isTalk ? t("message.said", { name: nameOf(senderId), text: content }) : content,
    )
    .join("\n");
}

type AskedDialogProps = {
  asked: Asked;
  chat: ChatState;
  onClose: () => void;
  onCloseAutoFocus: (event: Event) => void;
  onDelete: () => void;
};

function AskedDialog(props: AskedDialogProps) {
  const { asked, chat, onClose, onDelete } = props;
  switch (asked.kind) {
    case "delete": {
      const count = asked.messages.length;
      return (
        <ConfirmDialog
          title={t("delete.title", { count })}
          text={t("delete.text", { count })}
          confirm={t("delete.confirm")}
          cancel={t("cancel")}
          onCancel={onClose}
          onCloseAutoFocus={props.onCloseAutoFocus}
          onConfirm={onDelete}
        />
      );
    }
    case "report": {
      const messageId = asked.message.id ?? "";
      return <ReportDialog reported={{ kind: "message", messageId }} onClose={onClose} />;
    }
    case "info":
      return (
        <MessageInfoDialog
          message={asked.message}
          members={chat.conversation?.members ?? []}
          onClose={onClose}
        />
      );
    case "history":
      return <EditHistoryDialog message={asked.message} onClose={onClose} />;
  }
  return asked satisfies never;
}
