"use client";

import { useMutation } from "convex/react";
import { useMemo, useState } from "react";
import { useIdentity } from "@/auth/use-identity";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { sentenceOf } from "../connection/panel-error";
import { changeMessages } from "./optimistic-messages";
import { toggleReaction } from "./reaction-groups";

export type MessageChanges = {
  react: (messageId: string, emoji: string) => void;
  /** Resolves when the server has answered, whatever it says. */
  edit: (messageId: string, content: string) => Promise<unknown>;
  remove: (messageIds: readonly string[]) => void;
};

/**
 * Changes to stored messages of one conversation. Each is seen at once; a refusal takes it back and
 * leaves a sentence.
 */
export function useMessageChanges(conversationId: string): {
  changes: MessageChanges;
  refusal: string | null;
  clearRefusal: () => void;
} {
  const { userId } = useIdentity();
  const [refusal, setRefusal] = useState<string | null>(null);

  const toggle = useMutation(api.messages.toggleReaction).withOptimisticUpdate(
    (store, { messageId, emoji }) => {
      changeMessages(store, conversationId, (message) =>
        message._id !== messageId || userId === null
          ? message
          : { ...message, reactions: toggleReaction(message.reactions, emoji, userId) },
      );
    },
  );
  const edit = useMutation(api.messages.editMessage).withOptimisticUpdate(
    (store, { messageId, content }) => {
      changeMessages(store, conversationId, (message) =>
        message._id !== messageId
          ? message
          : { ...message, content, editedAt: message.editedAt ?? message.sentAt },
      );
    },
  );
  const remove = useMutation(api.messages.deleteMessages).withOptimisticUpdate(
    (store, { messageIds }) => {
      const gone = new Set<string>(messageIds);
      changeMessages(store, conversationId, (message) =>
        gone.has(message._id)
          ? { ...message, content: "", isDeleted: true, reactions: [] }
          : message,
      );
    },
  );

  // The mutation functions are new on every render, while rows are memoised by what they are given.
  const latest = useMemo(() => ({ toggle, edit, remove }), [toggle, edit, remove]);
  const changes = useStableChanges(latest, setRefusal);
  return { changes, refusal, clearRefusal: () => setRefusal(null) };
}

type Calls = {
  toggle: (args: { messageId: Id<"messages">; emoji: string }) => Promise<unknown>;
  edit: (args: { messageId: Id<"messages">; content: string }) => Promise<unknown>;
  remove: (args: { messageIds: Id<"messages">[] }) => Promise<unknown>;
};

function useStableChanges(calls: Calls, onRefusal: (sentence: string) => void): MessageChanges {
  const [holder] = useState(() => ({ calls }));
  holder.calls = calls;
  return useMemo(() => {
    const refuse = (error: unknown) => onRefusal(sentenceOf(error));
    const asId = (messageId: string) => messageId as Id<"messages">;
    return {
      react: (messageId, emoji) =>
        void holder.calls.toggle({ messageId: asId(messageId), emoji }).catch(refuse),
      edit: (messageId, content) =>
        holder.calls.edit({ messageId: asId(messageId), content }).catch(refuse),
      remove: (messageIds) =>
        void holder.calls.remove({ messageIds: messageIds.map(asId) }).catch(refuse),
    };
  }, [holder, onRefusal]);
}
