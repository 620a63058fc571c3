"use client";

import { useQuery } from "convex/react";
import { DialogFrame } from "@/components/ui/dialog-frame";
import { api } from "@/convex/_generated/api";
import type { Id } from "@/convex/_generated/dataModel";
import { formatFull } from "@/lib/dates";
import { t } from "../language/t";
import type { ChatMessage } from "./chat-message";

export type EditHistoryDialogProps = { message: ChatMessage; onClose: () => void };

/** What a message said, newest first, and since when. */
export function EditHistoryDialog({ message, onClose }: EditHistoryDialogProps) {
  const edits = useQuery(api.messages.getEdits, { messageId: message.id as Id<"messages"> });
  const current = { content: message.content, writtenAt: message.editedAt ?? message.sentAt };
  const versions = edits ? [current, ...edits.toReversed()] : [];
  return (
    <DialogFrame title={t("history.title")} closeLabel={t("close")} onClose={onClose}>
      <ol className="min-h-24 overflow-y-auto overscroll-contain px-5 pt-1 pb-5">
        {versions.map(({ content, writtenAt }, index) => (
          <li key={writtenAt} className="border-b border-line py-2.5 last:border-0">
            <p className="tabular text-meta text-muted">
              {index === 0 && <b className="text-ink">{t("history.now")} · </b>}
              <time dateTime={new Date(writtenAt).toISOString()}>{formatFull(writtenAt)}</time>
            </p>
            <p dir="auto" className="bidi-text mt-0.5 whitespace-pre-wrap wrap-anywhere">
              {content}
            </p>
          </li>
        ))}
      </ol>
    </DialogFrame>
  );
}
