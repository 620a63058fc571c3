"use client";

import { useConvexAuth, useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useEffect, useMemo, useState } from "react";
import { api } from "@/convex/_generated/api";
import { useOpenConversationId } from "../navigation/open-conversation";
import { useOfflineCopy } from "../offline/use-offline-copy";

/** How much is unread in each conversation that has anything unread; `null` until it is known. */
export function useUnreadCounts(): ReadonlyMap<string, number> | null {
  return useCountMap(useLiveCounts());
}

type UnreadCounts = FunctionReturnType<typeof api.conversations.getUnreadCounts>;

function useLiveCounts(): UnreadCounts | undefined {
  const { isAuthenticated } = useConvexAuth();
  return useQuery(api.conversations.getUnreadCounts, isAuthenticated ? {} : "skip");
}

function useCountMap(counts: UnreadCounts | undefined): ReadonlyMap<string, number> | null {
  return useMemo(
    () =>
      counts ? new Map(counts.map((count) => [count.conversationId, count.unreadCount])) : null,
    [counts],
  );
}

/** What is unread in the chat that one is looking at is read in a moment; only after this it is worth showing. */
const STEADY_AFTER_MS = 700;

/** Follows a count down at once and up only once it has stood still. */
function useSteadyCount(count: number): number {
  const [steady, setSteady] = useState(count);
  useEffect(() => {
    if (count <= steady) {
      setSteady(count);
      return;
    }
    const timer = setTimeout(() => setSteady(count), STEADY_AFTER_MS);
    return () => clearTimeout(timer);
  }, [count, steady]);
  return Math.min(count, steady);
}

/**
 * The counts as screens show them: a copy until they are known, and the open chat's without the
 * moments between arriving and being read.
 */
export function useShownUnreadCounts(): ReadonlyMap<string, number> | null {
  const counts = useCountMap(useOfflineCopy("unread", useLiveCounts()).value);
  const openId = useOpenConversationId();
  const ofOpen = useSteadyCount(openId === null ? 0 : (counts?.get(openId) ?? 0));
  return useMemo(() => {
    if (counts === null || openId === null || counts.get(openId) === undefined) return counts;
    return new Map(counts).set(openId, ofOpen);
  }, [counts, openId, ofOpen]);
}

/** How much is unread in all conversations together. */
export function useUnreadTotal(): number {
  const counts = useShownUnreadCounts();
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
