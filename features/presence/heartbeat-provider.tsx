"use client";

import { useConvex, useConvexAuth } from "convex/react";
import { type ReactNode, useEffect } from "react";
import { useIdentity } from "@/auth/use-identity";
import { api } from "@/convex/_generated/api";
import { createRandomId } from "@/lib/random-id";
import { serverClock } from "../connection/server-clock";
import { HEARTBEAT_INTERVAL_MS } from "./presence-status";

/** One per page load, so that a tab that was duplicated does not leave in the name of its twin. */
let tabId: string | null = null;

/**
 * Says every 30 seconds that this person is here, as long as the tab is seen, and once that the tab
 * leaves. A hidden tab falls silent, so that its person grows "recently active" by themselves.
 */
export function HeartbeatProvider({ children }: { children: ReactNode }) {
  const convex = useConvex();
  const { isAuthenticated } = useConvexAuth();
  const { userId } = useIdentity();

  useEffect(() => {
    if (!isAuthenticated || userId === null) return;
    tabId ??= createRandomId();
    const ownTab = { tabId };
    let timer: ReturnType<typeof setInterval> | undefined;
    const own = convex.watchQuery(api.users.getPresence, { userIds: [userId] });
    // Watching it brings our own heartbeat back, which is the freshest server time there is.
    const stopWatching = own.onUpdate(() => undefined);

    const beat = () => {
      convex.mutation(api.users.sendHeartbeat, ownTab).then(
        () => {
          const lastSeen = own.localQueryResult()?.[0]?.lastSeen;
          if (lastSeen !== undefined) serverClock.observe(lastSeen);
        },
        // The next one comes in half a minute; nobody can do anything about a missed one.
        () => undefined,
      );
    };
    const follow = () => {
      clearInterval(timer);
      timer = undefined;
      if (document.visibilityState !== "visible") return;
      beat();
      timer = setInterval(beat, HEARTBEAT_INTERVAL_MS);
    };
    const leave = () => {
      clearInterval(timer);
      // The socket is still open while the page is hidden away; a request started now may not leave.
      convex.mutation(api.users.endPresence, ownTab).catch(() => undefined);
    };

    follow();
    document.addEventListener("visibilitychange", follow);
    window.addEventListener("pageshow", onPageShow);
    window.addEventListener("pagehide", leave);
    function onPageShow(event: PageTransitionEvent) {
      if (event.persisted) follow();
    }
    return () => {
      clearInterval(timer);
      stopWatching();
      document.removeEventListener("visibilitychange", follow);
      window.removeEventListener("pageshow", onPageShow);
      window.removeEventListener("pagehide", leave);
    };
  }, [convex, isAuthenticated, userId]);

  return children;
}
