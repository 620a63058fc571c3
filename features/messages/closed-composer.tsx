"use client";

import { Button } from "@/components/ui/button";
import { t } from "../language/t";
import type { Conversation } from "./use-chat";

/** Why nothing can be written in a conversation; `null` where it can. */
export function closedBecause(conversation: Conversation | undefined): "blocked" | "gone" | null {
  if (!conversation || conversation.isGroup) return null;
  if (conversation.isBlocked) return "blocked";
  return conversation.otherUser === null || conversation.otherUser.isDeleted ? "gone" : null;
}

export type ClosedComposerProps = {
  because: "blocked" | "gone";
  name: string;
  onUnblock: () => void;
};

/** In the composer's place: why it is closed, and what one can do about it. */
export function ClosedComposer({ because, name, onUnblock }: ClosedComposerProps) {
  return (
    <div className="px-5 pt-1 pb-[18px] max-wide:px-2.5 max-wide:pb-2">
      <p className="flex min-h-[52px] flex-wrap items-center justify-center gap-x-2 rounded-composer border border-line bg-surface px-4 py-1 text-center text-preview text-muted">
        {because === "blocked" ? t("closed.blocked", { name }) : t("closed.gone")}
        {because === "blocked" && (
          <Button variant="quiet" className="text-accent-strong" onClick={onUnblock}>
            {t("row.unblock")}
          </Button>
        )}
      </p>
    </div>
  );
}
