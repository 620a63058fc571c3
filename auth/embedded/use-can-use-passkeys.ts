"use client";

import { useSyncExternalStore } from "react";
import { canUsePasskeys } from "./passkeys";

const subscribeToNothing = () => () => undefined;

/** False on the server, which cannot know. */
export function useCanUsePasskeys(): boolean {
  return useSyncExternalStore(subscribeToNothing, canUsePasskeys, () => false);
}
