"use client";

import { useSyncExternalStore } from "react";
import { useIdentity } from "@/auth/use-identity";
import { browserStorage } from "@/lib/browser-storage";
import { Outbox } from "./outbox";
import { openOutboxDatabase } from "./outbox-database";

const CHANNEL = "parley-outbox";
/** Whose outbox is to be emptied, because they have signed out; a page that goes may not finish that. */
const LEFT_KEY = "parley:outbox-left";

/** One for each person who uses this page; there is seldom more than one. */
const outboxes = new Map<string, Outbox>();
const NOBODYS = new Outbox("", { openStore: async () => null, announce() {}, wait() {} });

function outboxOf(userId: string | null): Outbox {
  if (userId === null || typeof window === "undefined") return NOBODYS;
  const known = outboxes.get(userId);
  if (known) return known;
  // Old browsers lack it; there, tabs find each other's messages when they start.
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
  const outbox = new Outbox(userId, {
    async openStore() {
      const store = await openOutboxDatabase(browserStorage());
      if (browserStorage()?.getItem(LEFT_KEY) === userId) {
        for (const item of await store.load(userId)) await store.remove(item.clientMessageId);
        browserStorage()?.removeItem(LEFT_KEY);
      }
      return store;
    },
    announce: () => channel?.postMessage(userId),
    wait: (ms, callback) => void setTimeout(callback, ms),
  });
  if (channel) {
    channel.onmessage = ({ data }) => {
      if (data === userId) outbox.refresh();
    };
  }
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

/** Leaves nothing unsent of somebody who has signed out; also when the page goes before it is done. */
export async function forgetOutbox(userId: string): Promise<void> {
  browserStorage()?.setItem(LEFT_KEY, userId);
  await outboxOf(userId).clear();
  // Done: whoever comes back without a new page must keep what they write from now on.
  browserStorage()?.removeItem(LEFT_KEY);
}
