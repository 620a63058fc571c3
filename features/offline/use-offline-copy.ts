"use client";

import { useEffect, useSyncExternalStore } from "react";
import { recallUserId } from "@/auth/recall-user-id";
import { useIdentity } from "@/auth/use-identity";
import { BUILD_ID } from "@/lib/build-id";
import { CHAT_PREFIX, OfflineCache } from "./offline-cache";
import { deleteOfflineDatabase, openOfflineDatabase } from "./offline-database";

/** However busy the page is, and however often things change, once in this time a copy is written. */
const WRITE_EVERY_MS = 1_000;

/** What the list of chats is drawn from. */
const LIST_KEYS = ["list", "unread", "speakers"] as const;
type CopyKey = (typeof LIST_KEYS)[number] | `${typeof CHAT_PREFIX}${string}`;

const NOBODYS = new OfflineCache({
  openStore: () => Promise.reject(new Error("Nobody has copies.")),
  whenIdle() {},
});
let opened: { userId: string; cache: OfflineCache } | null = null;

function cacheOf(userId: string | null): OfflineCache {
  if (userId === null || typeof window === "undefined") return NOBODYS;
  if (opened?.userId === userId) return opened.cache;
  opened?.cache.end();
  const cache = new OfflineCache({
    openStore: () => openOfflineDatabase(userId, BUILD_ID),
    whenIdle: (callback) => void setTimeout(() => atLeisure(callback), WRITE_EVERY_MS),
  });
  opened = { userId, cache };
  return cache;
}

/**
 * The first screen's copies are fetched while its code is still being read, so that they are here when
 * it is drawn for the first time. Whoever was here last is here again, or the page says so soon.
 */
function fetchFirstCopies(): void {
  const userId = recallUserId();
  if (userId === null) return;
  const cache = cacheOf(userId);
  const openId = new URLSearchParams(window.location.search).get("conversationId");
  const chat = openId === null ? [] : [CHAT_PREFIX + openId];
  for (const key of [...LIST_KEYS, ...chat]) void cache.ask(key);
}

function atLeisure(callback: () => void): void {
  // Safari lacks it.
  if (typeof requestIdleCallback === "undefined") callback();
  else requestIdleCallback(callback, { timeout: WRITE_EVERY_MS });
}

/**
 * The copy under a key, for as long as Convex has not answered; and keeps what it has answered.
 *
 * @param live What the screen shows of the server now, `undefined` while that is not there.
 * @returns `live` when it is there, else its copy; `isCopy` tells which.
 */
export function useOfflineCopy<T>(
  key: CopyKey,
  live: T | undefined,
): { value: T | undefined; isCopy: boolean } {
  const cache = cacheOf(useIdentity().userId);
  const copy = useSyncExternalStore(
    cache.subscribe,
    () => cache.find(key),
    () => undefined,
  ) as T | undefined;
  useEffect(() => {
    if (live === undefined) void cache.ask(key);
    else cache.keep(key, live);
  }, [cache, key, live]);
  if (live !== undefined) return { value: live, isCopy: false };
  return { value: copy, isCopy: copy !== undefined };
}

if (typeof window !== "undefined") fetchFirstCopies();

/** Lets every copy in this browser go; see `ForgetOfflineCopies`. */
export async function forgetOfflineCopies(): Promise<void> {
  opened?.cache.end();
  opened = null;
  await deleteOfflineDatabase();
}
