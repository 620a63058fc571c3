"use client";

import { useConvexAuth, useQuery } from "convex/react";
import { useMemo } from "react";
import { api } from "@/convex/_generated/api";
import { bulkIdsMax } from "@/shared/limits";
import { useServerNow } from "../connection/use-server-now";
import { PRESENCE_TICK_MS, type PresenceStatus, presenceStatus } from "./presence-status";

const NOBODY: ReadonlyMap<string, PresenceStatus> = new Map();

/**
 * The status of the people who are on the screen, by one subscription; the first hundred of them.
 * Whoever is missing from the answer is not known yet.
 */
export function usePresence(userIds: readonly string[]): ReadonlyMap<string, PresenceStatus> {
  const { isAuthenticated } = useConvexAuth();
  const nowMs = useServerNow(PRESENCE_TICK_MS);
  // In a fixed order, so that a list that only re-sorts keeps its subscription.
  const wanted = [...new Set(userIds)].sort().slice(0, bulkIdsMax).join("\n");
  const args = useMemo(() => ({ userIds: wanted === "" ? [] : wanted.split("\n") }), [wanted]);
  const records = useQuery(
    api.users.getPresence,
    isAuthenticated && args.userIds.length > 0 ? args : "skip",
  );
  return useMemo(() => {
    if (!records) return NOBODY;
    return new Map(records.map((record) => [record.userId, presenceStatus(record, nowMs)]));
  }, [records, nowMs]);
}
