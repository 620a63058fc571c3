"use client";

import { useConvex, useConvexAuth } from "convex/react";
import { useEffect } from "react";
import { useIdentity } from "@/auth/use-identity";
import type { Outbox } from "./outbox";
import { useOutbox } from "./use-outbox";
import { deliver } from "./use-send-message";

/** Whose leftovers this page has already taken up. */
const takenUp = new WeakSet<Outbox>();

/** Sends what an earlier page of the same person left behind, in the order in which it was written. */
export function OutboxDelivery() {
  const convex = useConvex();
  const { isAuthenticated } = useConvexAuth();
  const { userId } = useIdentity();
  const outbox = useOutbox();
  useEffect(() => {
    if (!isAuthenticated || userId === null || takenUp.has(outbox)) return;
    takenUp.add(outbox);
    for (const item of outbox.waiting()) deliver(convex, outbox, item);
  }, [convex, isAuthenticated, userId, outbox]);
  return null;
}
