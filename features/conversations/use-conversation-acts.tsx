"use client";

import { useMutation } from "convex/react";
import dynamic from "next/dynamic";
import { type ReactNode, useCallback, useState } from "react";
import { api } from "@/convex/_generated/api";
import { sentenceOf } from "../connection/panel-error";
import type { TextKey } from "../language/messages-en";
import { t } from "../language/t";
import { closeConversation, useOpenConversationId } from "../navigation/open-conversation";

const ConfirmDialog = dynamic(
  () => import("@/components/ui/confirm-dialog").then((room) => room.ConfirmDialog),
  { loading: () => null },
);

const ReportDialog = dynamic(() =>
  import("../reports/report-dialog").then((room) => room.ReportDialog),
);

type PlainAct = "read" | "unread" | "clear" | "hide" | "block" | "unblock" | "leave";

/** What one does with a conversation for oneself; `report` is about its other person. */
export type ConversationAct = PlainAct | "report";

export type ActedConversation = {
  conversationId: string;
  title: string;
  /** The other person of a one-to-one conversation. */
  otherUserId: string | null;
};

/** What is asked before; the other acts are taken back as easily as they are done. */
const QUESTIONS: Partial<Record<PlainAct, [title: TextKey, text: TextKey, yes: TextKey]>> = {
  clear: ["clear.title", "clear.text", "clear.confirm"],
  hide: ["hide.title", "hide.text", "hide.confirm"],
  block: ["block.title", "block.text", "block.confirm"],
  leave: ["leave.title", "leave.text", "leave.confirm"],
};

export type ConversationActs = {
  begin: (act: ConversationAct, on: ActedConversation) => void;
  /** The question that is being asked. */
  dialog: ReactNode;
  refusal: string | null;
  clearRefusal: () => void;
};

export function useConversationActs(): ConversationActs {
  const openId = useOpenConversationId();
  const markRead = useMutation(api.messages.markConversationsAsRead);
  const markUnread = useMutation(api.conversations.markAsUnread);
  const clear = useMutation(api.conversations.clearConversation);
  const block = useMutation(api.users.blockUser);
  const unblock = useMutation(api.users.unblockUser);
  const leave = useMutation(api.groups.leaveGroup);
  const [asked, setAsked] = useState<[PlainAct, ActedConversation] | null>(null);
  const [reporting, setReporting] = useState<ActedConversation | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);

  const run = async (act: PlainAct, { conversationId, otherUserId }: ActedConversation) => {
    const userId = otherUserId ?? "";
    // First, since what is left or hidden cannot be shown.
    if ((act === "leave" || act === "hide") && openId === conversationId) closeConversation();
    switch (act) {
      case "read":
        return await markRead({ conversationIds: [conversationId] });
      case "unread":
        return await markUnread({ conversationId });
      case "clear":
        return await clear({ conversationId });
      case "hide":
        return await clear({ conversationId, isHidden: true });
      case "block":
        return await block({ userId });
      case "unblock":
        return await unblock({ userId });
      case "leave":
        return await leave({ conversationId });
    }
    return act satisfies never;
  };
  const start = (act: PlainAct, on: ActedConversation) => {
    setRefusal(null);
    run(act, on).catch((error: unknown) => setRefusal(sentenceOf(error)));
  };
  const question = asked && QUESTIONS[asked[0]];
  return {
    begin: (act, on) => {
      if (act === "report") setReporting(on);
      else if (QUESTIONS[act]) setAsked([act, on]);
      else start(act, on);
    },
    dialog: reporting ? (
      <ReportDialog
        reported={{ kind: "person", userId: reporting.otherUserId ?? "", name: reporting.title }}
        onClose={() => setReporting(null)}
      />
    ) : (
      asked &&
      question && (
        <ConfirmDialog
          title={t(question[0], { name: asked[1].title })}
          text={t(question[1], { name: asked[1].title })}
          confirm={t(question[2])}
          cancel={t("cancel")}
          onCancel={() => setAsked(null)}
          onConfirm={() => {
            setAsked(null);
            start(...asked);
          }}
        />
      )
    ),
    refusal,
    clearRefusal: useCallback(() => setRefusal(null), []),
  };
}
