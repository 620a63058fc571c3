import { useSyncExternalStore } from "react";

const subscribeToNothing = () => () => undefined;

/** False until the page's code runs: a press before that would do nothing or lose what was typed. */
export function useIsHydrated(): boolean {
  return useSyncExternalStore(
    subscribeToNothing,
    () => true,
    () => false,
  );
}
