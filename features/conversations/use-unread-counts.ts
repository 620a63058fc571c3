"use client";

import { useConvexAuth, useQuery } from "convex/react";
import { useMemo } from "react";
import { api } from "@/convex/_generated/api";

/** How much is unread in each conversation that has anything unread; `null` until it is known. */
export function useUnreadCounts(): ReadonlyMap<string, number> | null {
  const { isAuthenticated } = useConvexAuth();
  const counts = useQuery(api.conversations.getUnreadCounts, isAuthenticated ? {} : "skip");
  return (
    useMemo(
      () => counts && new Map(counts.map((count) => [count.conversationId, count.unreadCount])),
      [counts],
    ) ?? null
  );
}

/** How much is unread in all conversations together. */
export function useUnreadTotal(): number {
  const counts = useUnreadCounts();
  return useMemo(() => {
    let total = 0;
    for (const count of counts?.values() ?? []) total += count;
    return total;
  }, [counts]);
}

/** The server counts exactly up to here; the screen says `99+` above. */
const SHOWN_MAX = 99;

export function unreadText(count: number): string {
  return count > SHOWN_MAX ? `${SHOWN_MAX}+` : String(count);
}
