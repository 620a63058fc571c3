"use client";

import { useConvexConnectionState } from "convex/react";
import { useEffect, useState, useSyncExternalStore } from "react";

/** A connection that comes back sooner than this was never worth a word. */
export const RECONNECTING_AFTER_MS = 2_000;

export type ConnectionLook = "connected" | "offline" | "reconnecting";

function subscribeOnline(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

/** What to say about the connection: nothing until it has been away for two seconds. */
export function useConnectionLook(): ConnectionLook {
  const { isWebSocketConnected } = useConvexConnectionState();
  const isOnline = useSyncExternalStore(
    subscribeOnline,
    () => navigator.onLine,
    () => true,
  );
  const [isAwayLong, setIsAwayLong] = useState(false);
  useEffect(() => {
    if (isWebSocketConnected) {
      setIsAwayLong(false);
      return;
    }
    const timer = setTimeout(() => setIsAwayLong(true), RECONNECTING_AFTER_MS);
    return () => clearTimeout(timer);
  }, [isWebSocketConnected]);

  if (!isOnline) return "offline";
  return isAwayLong && !isWebSocketConnected ? "reconnecting" : "connected";
}
