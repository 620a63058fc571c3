"use client";

import { useSyncExternalStore } from "react";
import { useIdentity } from "@/auth/use-identity";
import { browserStorage } from "@/lib/browser-storage";
import { Outbox } from "./outbox";

/** One for each person who uses this page; there is seldom more than one. */
const outboxes = new Map<string, Outbox>();
const NOBODYS = new Outbox("", null);

function outboxOf(userId: string | null): Outbox {
  if (userId === null) return NOBODYS;
  const known = outboxes.get(userId);
  if (known) return known;
  const outbox = new Outbox(userId, browserStorage());
  outboxes.set(userId, outbox);
  return outbox;
}

/** The viewer's outbox; the component renders again when anything in it changes. */
export function useOutbox(): Outbox {
  const { userId } = useIdentity();
  const outbox = outboxOf(userId);
  useSyncExternalStore(outbox.subscribe, outbox.version, () => 0);
  return outbox;
}
