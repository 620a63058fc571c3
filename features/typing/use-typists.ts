"use client";

import { useConvexAuth, useQueries, useQuery } from "convex/react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useIdentity } from "@/auth/use-identity";
import { api } from "@/convex/_generated/api";
import { serverClock } from "../connection/server-clock";
import { currentTypists, nextTypingExpiry, type TypingSign } from "./typing-text";

const NOBODY: readonly TypingSign[] = [];

/** Who is typing in a conversation now, by the server's clock; re-read when somebody's sign runs out. */
export function useTypists(conversationId: string): readonly TypingSign[] {
  const { isAuthenticated } = useConvexAuth();
  const { userId } = useIdentity();
  const signs = useQuery(
    api.typingStates.getTypingState,
    isAuthenticated ? { conversationId } : "skip",
  );
  useClockFromSigns(signs);
  return useCurrent(signs, userId);
}

/** The same for the few newest chats of a list, by conversation; only those in which somebody types. */
export function useListTypists(
  conversationIds: readonly string[],
): ReadonlyMap<string, readonly TypingSign[]> {
  const { isAuthenticated } = useConvexAuth();
  const { userId } = useIdentity();
  const wanted = isAuthenticated ? [...conversationIds].sort().join("\n") : "";
  const requests = useMemo(() => {
    const entries = (wanted === "" ? [] : wanted.split("\n")).map(
      (conversationId) =>
        [
          conversationId,
          { query: api.typingStates.getTypingState, args: { conversationId } },
        ] as const,
    );
    return Object.fromEntries(entries);
  }, [wanted]);
  const results: Record<string, readonly TypingSign[] | undefined | Error> = useQueries(requests);

  const all = useMemo(() => {
    const lists = Object.values(results).filter((result) => Array.isArray(result));
    return lists.flat() as TypingSign[];
  }, [results]);
  const current = useCurrent(all, userId);
  return useMemo(() => {
    const typing = new Map<string, readonly TypingSign[]>();
    for (const [conversationId, result] of Object.entries(results)) {
      if (!Array.isArray(result)) continue;
      const own = (result as TypingSign[]).filter((sign) => current.includes(sign));
      if (own.length > 0) typing.set(conversationId, own);
    }
    return typing;
  }, [results, current]);
}

/** Keeps only those whose sign is fresh, and looks again at the moment the next one is not. */
function useCurrent(
  signs: readonly TypingSign[] | undefined,
  viewerId: string | null,
): readonly TypingSign[] {
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a round is the passing of time.
  const current = useMemo(() => {
    if (!signs || signs.length === 0) return NOBODY;
    const fresh = currentTypists(signs, viewerId, serverClock.now());
    return fresh.length === 0 ? NOBODY : fresh;
  }, [signs, viewerId, round]);

  useEffect(() => {
    const expiryMs = nextTypingExpiry(current);
    if (expiryMs === null) return;
    const waitMs = Math.max(0, expiryMs - serverClock.now());
    const timer = setTimeout(() => setRound((before) => before + 1), waitMs);
    return () => clearTimeout(timer);
  }, [current]);
  return current;
}

/** A sign that changes while we watch was written just now, so it tells the server's time. */
function useClockFromSigns(signs: readonly TypingSign[] | undefined): void {
  const newest = signs?.reduce((max, sign) => Math.max(max, sign.lastTypingAt), 0);
  const before = useRef<number | undefined>(undefined);
  useEffect(() => {
    const known = before.current;
    before.current = newest;
    if (known !== undefined && newest !== undefined && newest > known) serverClock.observe(newest);
  }, [newest]);
}
