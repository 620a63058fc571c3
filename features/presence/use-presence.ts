"use client";

import { type RequestForQueries, useConvexAuth, useQueries } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useMemo } from "react";
import { api } from "@/convex/_generated/api";
import { bulkIdsMax } from "@/shared/limits";
import { useServerNow } from "../connection/use-server-now";
import { PRESENCE_TICK_MS, type PresenceStatus, presenceStatus } from "./presence-status";

type Presence = FunctionReturnType<typeof api.users.getPresence>;

/**
 * The status of the people who are on the screen; the first hundred of them. Whoever is missing from
 * the answer is not known yet.
 *
 * One subscription a person: a heartbeat then re-runs what is asked about its sender. Asked about
 * together, everybody in a group would be looked up again for every member at each heartbeat of any.
 */
export function usePresence(userIds: readonly string[]): ReadonlyMap<string, PresenceStatus> {
  const { isAuthenticated } = useConvexAuth();
  const nowMs = useServerNow(PRESENCE_TICK_MS);
  // In a fixed order, so that a list that only re-sorts keeps its subscriptions.
  const wanted = [...new Set(userIds)].sort().slice(0, bulkIdsMax).join("\n");
  const requests = useMemo(() => {
    const ids = wanted === "" || !isAuthenticated ? [] : wanted.split("\n");
    return Object.fromEntries(ids.map((userId) => [userId, presenceRequest(userId)]));
  }, [wanted, isAuthenticated]);
  const answers = useQueries(requests);
  return useMemo(() => {
    const known = new Map<string, PresenceStatus>();
    for (const [userId, answer] of Object.entries(answers)) {
      const [record] = answer === undefined || answer instanceof Error ? [] : (answer as Presence);
      if (record) known.set(userId, presenceStatus(record, nowMs));
    }
    return known;
  }, [answers, nowMs]);
}

function presenceRequest(userId: string): RequestForQueries[string] {
  return { query: api.users.getPresence, args: { userIds: [userId] } };
}
