"use client";

import { useConvexAuth, useQuery } from "convex/react";
import { useEffect, useMemo, useRef, useState } from "react";
import { api } from "@/convex/_generated/api";
import { searchMaxUnits } from "@/shared/limits";
import { indexSearchOf, searchParts } from "@/shared/search-text";
import { SEARCH_DEBOUNCE_MS, useDebounced } from "../users/use-people";
import type { MessageHit } from "./use-message-search";

const NONE: readonly MessageHit[] = [];

export type ChatSearch = {
  /** What is searched for: a moment behind the field. */
  search: string;
  /** From 1, the newest first; 0 when nothing is found. */
  place: number;
  count: number;
  /** There may be more than `count`. */
  isCapped: boolean;
  state: "idle" | "searching" | "found";
  /** To the next older hit, or back; around at either end. */
  step: (by: 1 | -1) => void;
};

/**
 * A search within one chat, and the hit that one is at. It follows what is said meanwhile: the place is
 * kept by the message, not by its number.
 *
 * @param goTo Shows the message that was sent then.
 */
export function useChatSearch(
  conversationId: string,
  text: string,
  goTo: (sentAt: number) => void,
): ChatSearch {
  const { isAuthenticated } = useConvexAuth();
  const search = useDebounced(text.trim().slice(0, searchMaxUnits), SEARCH_DEBOUNCE_MS);
  const isIdle = !isAuthenticated || indexSearchOf(searchParts(search)) === "";
  const args = useMemo(() => ({ conversationId, search }), [conversationId, search]);
  const found = useQuery(api.search.searchConversation, isIdle ? "skip" : args);
  const hits = found?.hits ?? NONE;
  const [at, setAt] = useState<string | null>(null);
  const index = Math.max(
    0,
    hits.findIndex(({ messageId }) => messageId === at),
  );

  // The first answer to a search leads to its newest hit; later ones only change the count.
  const shownSearch = useRef<string | null>(null);
  const latestGoTo = useRef(goTo);
  latestGoTo.current = goTo;
  useEffect(() => {
    if (found === undefined || shownSearch.current === search) return;
    shownSearch.current = search;
    const newest = found.hits[0];
    setAt(newest?.messageId ?? null);
    if (newest) latestGoTo.current(newest.sentAt);
  }, [found, search]);

  return {
    search,
    place: hits.length === 0 ? 0 : index + 1,
    count: hits.length,
    isCapped: found?.isWhole === false,
    state: isIdle ? "idle" : found === undefined ? "searching" : "found",
    step(by) {
      const next = hits[(index + by + hits.length) % Math.max(1, hits.length)];
      if (!next) return;
      setAt(next.messageId);
      goTo(next.sentAt);
    },
  };
}
