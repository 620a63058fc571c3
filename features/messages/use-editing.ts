"use client";

import { useCallback, useEffect, useState } from "react";
import { useIdentity } from "@/auth/use-identity";
import { browserStorage } from "@/lib/browser-storage";
import type { ChatMessage } from "./chat-message";
import { KeptEdits } from "./kept-edits";
import type { MessageChanges } from "./use-message-changes";

/**
 * A message that is being changed.
 *
 * `content` is what the field says by now; it changes in place, since a key need not draw the whole
 * chat anew. `original` is what the message said at first; `null` where an edit comes back that a
 * former page could not bring to the server.
 */
export type Editing = { messageId: string; content: string; original: string | null };

const keptEdits = new KeptEdits(browserStorage());

/** Leaves nothing of the edits of somebody who has signed out. */
export function forgetEdits(userId: string): void {
  keptEdits.clear(userId, Object.keys(browserStorage() ?? {}));
}

/**
 * Which message of a conversation is being changed. An edit comes back that was cut off, be it by a
 * reload or because another chat was opened.
 *
 * @param messages The newest ones as the server has them; a copy would already say what was edited.
 */
export function useEditing(
  conversationId: string,
  messages: readonly ChatMessage[],
  edit: MessageChanges["edit"],
) {
  const owner = useIdentity().userId ?? "";
  const nextOrphan = useCallback((): Editing | null => {
    const [orphan] = keptEdits.orphans(owner, conversationId);
    return orphan ?? null;
  }, [owner, conversationId]);
  const [editing, setEditing] = useState(nextOrphan);

  const start = useCallback(
    ({ id, content }: ChatMessage) => {
      if (id === null) return;
      const begun = keptEdits
        .orphans(owner, conversationId)
        .find(({ messageId }) => messageId === id);
      setEditing(begun ?? { messageId: id, content, original: content });
    },
    [owner, conversationId],
  );
  const change = useCallback(
    (content: string) => {
      if (editing === null) return;
      editing.content = content;
      // An emptied field was given up, as with a draft.
      if (content === "" || content === editing.original) {
        keptEdits.drop(owner, conversationId, editing.messageId);
      } else keptEdits.note(owner, conversationId, editing);
    },
    [editing, owner, conversationId],
  );
  /** @param content `null`: given up. */
  const end = useCallback(
    (content: string | null) => {
      if (editing === null) return;
      const { messageId, original } = editing;
      keptEdits.drop(owner, conversationId, messageId);
      if (content !== null && content !== original) {
        const kept = { messageId, content, original: null };
        keptEdits.keep(owner, conversationId, kept);
        void edit(messageId, content).then(() => keptEdits.release(owner, conversationId, kept));
      }
      setEditing(nextOrphan());
    },
    [editing, owner, conversationId, edit, nextOrphan],
  );

  // It had arrived after all, or there is nothing to change any more.
  const isSettled =
    editing !== null &&
    messages.some(
      ({ id, content, isDeleted }) =>
        id === editing.messageId &&
        (isDeleted || (editing.original === null && content === editing.content)),
    );
  useEffect(() => {
    if (isSettled) end(null);
  }, [isSettled, end]);
  return { editing, start, change, end };
}
