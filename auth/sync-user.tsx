"use client";

import { type ConvexReactClient, useConvexAuth } from "convex/react";
import { makeFunctionReference } from "convex/server";
import { useEffect } from "react";
import { useIdentity } from "./use-identity";

// By name, so that this room does not depend on generated code.
const syncUser = makeFunctionReference<"mutation">("users:syncUser");

const RETRY_DELAYS_MS = [1_000, 4_000, 15_000, 60_000];

/**
 * Makes sure that the signed-in person has a row in the database, once per session. Webhooks and
 * identity events do the same, but they may be late or not configured.
 */
export function SyncUser({ client }: { client: ConvexReactClient }) {
  const { isAuthenticated } = useConvexAuth();
  const { userId } = useIdentity();

  useEffect(() => {
    if (!isAuthenticated || !userId) return;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const attempt = (failures: number) => {
      client.mutation(syncUser, {}).catch((error: unknown) => {
        const delayMs = RETRY_DELAYS_MS[failures];
        if (isOver) return;
        if (delayMs === undefined) {
          console.error("The account could not be stored; reload to try again.", error);
          return;
        }
        timer = setTimeout(() => attempt(failures + 1), delayMs);
      });
    };
    attempt(0);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [client, isAuthenticated, userId]);

  return null;
}
