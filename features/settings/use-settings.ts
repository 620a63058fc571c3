"use client";

import { useConvexAuth, useMutation, useQuery } from "convex/react";
import { useCallback, useState } from "react";
import { api } from "@/convex/_generated/api";
import { recallSettings, type Settings } from "./settings-memory";

/** One's own choices as the database has them; `undefined` until it answers. */
export function useStoredSettings(): Settings | undefined {
  const { isAuthenticated } = useConvexAuth();
  return useQuery(api.settings.getSettings, isAuthenticated ? {} : "skip");
}

/** One's own choices: the database's, and until it answers those this device remembers. */
export function useSettings(): Settings {
  const stored = useStoredSettings();
  const [remembered] = useState(recallSettings);
  return stored ?? remembered;
}

/**
 * Changes some choices. They are seen at once, and taken back if the server refuses them; only the
 * language waits for the server, because the page is loaded anew with it.
 */
export function useChangeSettings(): (change: Partial<Settings>) => Promise<Settings> {
  const update = useMutation(api.settings.updateSettings);
  return useCallback(
    (change) =>
      update.withOptimisticUpdate((store) => {
        const before = store.getQuery(api.settings.getSettings, {}) ?? recallSettings();
        const { language: _, ...seen } = change;
        store.setQuery(api.settings.getSettings, {}, { ...before, ...seen });
      })(change),
    [update],
  );
}
