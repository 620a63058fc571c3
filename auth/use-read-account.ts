"use client";

import { useCallback } from "react";
import { readAccount } from "./embedded/read-account";
import { usePublicConfig } from "./use-identity";

/**
 * A stable function that reads what the identity service keeps about the caller; null with Clerk, which
 * gives it out itself.
 *
 * @throws Error with a sentence for people.
 */
export function useReadAccount(): () => Promise<unknown> {
  const { authMode } = usePublicConfig();
  return useCallback(async () => (authMode === "clerk" ? null : await readAccount()), [authMode]);
}
