"use client";

import { useConvex, useConvexAuth } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/convex/_generated/api";
import { indexSearchOf, searchParts } from "@/shared/search-text";

export type MessageHit = FunctionReturnType<typeof api.search.searchMessages>["hits"][number];

type Found = { asked: string; hits: readonly MessageHit[]; cursor: string | null };

const NOTHING: Found = { asked: "", hits: [], cursor: null };
/** A call looks through ten conversations, so this is more than anybody's. */
const STEPS_MAX = 128;

export type MessageSearch = {
  hits: readonly MessageHit[];
  /** What these were found by. */
  foundBy: string;
  /** `searching` while nothing of this search is there yet; then the hits are of the one before. */
  state: "idle" | "searching" | "found" | "failed";
  hasMore: boolean;
  loadMore: () => void;
  retry: () => void;
};

/**
 * What was said, in all conversations or in one. Asked once and not subscribed to: what one reads must
 * not move. An answer to a search that is not wanted any more is dropped.
 *
 * @param search As it is when it has stood still for a while.
 */
export function useMessageSearch(search: string, conversationId: string | null): MessageSearch {
  const convex = useConvex();
  const { isAuthenticated } = useConvexAuth();
  const [found, setFound] = useState(NOTHING);
  const [failed, setFailed] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const isEmpty = indexSearchOf(searchParts(search)) === "" || !isAuthenticated;
  const asked = isEmpty ? "" : `${conversationId ?? ""}\n${search}`;
  const wanted = useRef("");
  const isGoingOn = useRef(false);

  const ask = useCallback(
    async (before: Found | null) => {
      let { cursor, hits } = before ?? NOTHING;
      const isWanted = () => wanted.current === asked;
      try {
        for (let step = 0; step < STEPS_MAX; step++) {
          const answer =
            conversationId === null
              ? await convex.query(api.search.searchMessages, { search, cursor })
              : {
                  ...(await convex.query(api.search.searchConversation, {
                    conversationId,
                    search,
                  })),
                  cursor: null,
                };
          if (!isWanted()) return;
          const known = new Set(hits.map(({ messageId }) => messageId));
          const added = answer.hits.filter(({ messageId }) => !known.has(messageId));
          hits = [...hits, ...added];
          cursor = answer.cursor;
          // Conversations without a hit are nothing to show: on to the next ones.
          if (added.length > 0 || cursor === null) break;
        }
        setFound({ asked, hits, cursor });
      } catch {
        if (isWanted()) setFailed(asked);
      }
    },
    [convex, asked, search, conversationId],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks the same again.
  useEffect(() => {
    wanted.current = asked;
    setFailed(null);
    if (asked === "") setFound(NOTHING);
    else void ask(null);
    return () => {
      wanted.current = "";
    };
  }, [asked, ask, attempt]);

  const loadMore = useCallback(() => {
    if (found.asked !== asked || found.cursor === null || isGoingOn.current) return;
    isGoingOn.current = true;
    void ask(found).finally(() => {
      isGoingOn.current = false;
    });
  }, [ask, asked, found]);

  let state: MessageSearch["state"] = "searching";
  if (asked === "") state = "idle";
  else if (failed === asked) state = "failed";
  else if (found.asked === asked) state = "found";
  return {
    hits: found.hits,
    foundBy: found.asked.slice(found.asked.indexOf("\n") + 1),
    state,
    hasMore: state === "found" && found.cursor !== null,
    loadMore,
    retry: useCallback(() => setAttempt((before) => before + 1), []),
  };
}
