"use client";

import { useMutation } from "convex/react";
import { CheckCheck } from "lucide-react";
import { useState } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { api } from "@/convex/_generated/api";
import { bulkIdsMax } from "@/shared/limits";
import { t } from "../language/t";
import { useShownUnreadCounts } from "./use-unread-counts";

/** Marks everything as read; there only while something is not. */
export function MarkAllRead() {
  const counts = useShownUnreadCounts();
  const markRead = useMutation(api.messages.markConversationsAsRead);
  const [isBusy, setIsBusy] = useState(false);
  const ids = [...(counts ?? [])].flatMap(([id, count]) => (count > 0 ? [id] : []));
  if (ids.length === 0) return null;
  async function markAll() {
    setIsBusy(true);
    try {
      for (let at = 0; at < ids.length; at += bulkIdsMax) {
        await markRead({ conversationIds: ids.slice(at, at + bulkIdsMax) });
      }
    } catch {
      // What is still unread keeps its badge, and the button stays.
    }
    setIsBusy(false);
  }
  return (
    <IconButton label={t("list.markAllRead")} disabled={isBusy} onClick={markAll}>
      <CheckCheck size={20} aria-hidden="true" />
    </IconButton>
  );
}
