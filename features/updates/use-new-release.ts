"use client";

import { useConvexConnectionState } from "convex/react";
import { useEffect, useState } from "react";
import { BUILD_ID } from "@/lib/build-id";

/** Where pages and data are on different servers, a release need not end the connection. */
const ASK_EVERY_MS = 10 * 60_000;

/**
 * Whether the server has another build of the pages than this one. It is asked at every
 * connection, since a release restarts the server and a page may come from this device, and now and then.
 */
export function useNewRelease(): boolean {
  const [isNew, setIsNew] = useState(false);
  const { connectionCount } = useConvexConnectionState();
  const isConnected = connectionCount > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each connection is a reason to ask.
  useEffect(() => {
    let isOver = false;
    const ask = async () => {
      const buildId = await readServerBuild();
      if (!isOver && buildId !== null) setIsNew(buildId !== BUILD_ID);
    };
    if (isConnected) void ask();
    const timer = setInterval(ask, ASK_EVERY_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [connectionCount, isConnected]);
  return isNew;
}

/** `null` when nobody answers, or not in words that we know. */
async function readServerBuild(): Promise<string | null> {
  try {
    const response = await fetch("/api/release", { cache: "no-store" });
    const body = (await response.json()) as { buildId?: unknown } | null;
    return typeof body?.buildId === "string" ? body.buildId : null;
  } catch {
    return null;
  }
}
