"use client";

import { type ConvexReactClient, useConvexAuth } from "convex/react";
import { makeFunctionReference } from "convex/server";
import { useEffect } from "react";
import { refusalOf } from "@/shared/error-codes";
import { noteSuspension } from "./left-because";
import { useCheckSession } from "./use-identity";

const getCurrentUser = makeFunctionReference<"query">("users:getCurrentUser");

/**
 * Notices within a moment that this session was ended elsewhere, or its account suspended or deleted:
 * the functions then refuse the caller although the token is still good. Only the identity service can
 * say what it means, so it is asked.
 */
export function SessionWatch({ client }: { client: ConvexReactClient }) {
  const { isAuthenticated } = useConvexAuth();
  const checkSession = useCheckSession();

  useEffect(() => {
    if (!isAuthenticated) return;
    const watch = client.watchQuery(getCurrentUser, {});
    return watch.onUpdate(() => {
      try {
        watch.localQueryResult();
      } catch (error) {
        const code = refusalOf(error)?.code;
        if (code === "suspended") noteSuspension();
        if (code === "unauthenticated" || code === "suspended") checkSession();
      }
    });
  }, [client, isAuthenticated, checkSession]);

  return null;
}
