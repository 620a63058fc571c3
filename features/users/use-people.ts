"use client";

import { useConvexAuth, usePaginatedQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/convex/_generated/api";
import { searchMaxUnits } from "@/shared/limits";

export type Person = FunctionReturnType<typeof api.users.getAllUsers>["page"][number];

/** A search starts this long after the last key. */
export const SEARCH_DEBOUNCE_MS = 300;
const PAGE_ITEMS = 40;

/** The value as it was when it last stood still for a while. */
export function useDebounced(value: string, waitMs: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    if (value === settled) return;
    const timer = setTimeout(() => setSettled(value), waitMs);
    return () => clearTimeout(timer);
  }, [value, settled, waitMs]);
  // Emptying the field is a wish for everybody, at once.
  return value === "" ? "" : settled;
}

/** People other than oneself, by name. What was found before stays until the next answer is here. */
export function usePeople(search: string) {
  const { isAuthenticated } = useConvexAuth();
  const settled = useDebounced(search.trim().slice(0, searchMaxUnits), SEARCH_DEBOUNCE_MS);
  const { results, status, loadMore } = usePaginatedQuery(
    api.users.getAllUsers,
    isAuthenticated ? { search: settled === "" ? undefined : settled } : "skip",
    { initialNumItems: PAGE_ITEMS },
  );
  const previous = useRef<readonly Person[]>([]);
  useEffect(() => {
    if (status !== "LoadingFirstPage") previous.current = results;
  }, [results, status]);
  const more = useCallback(() => loadMore(PAGE_ITEMS), [loadMore]);
  return {
    people: status === "LoadingFirstPage" ? previous.current : results,
    /** What the people answer, which is a moment behind the field. */
    settledSearch: settled,
    status,
    loadMore: more,
  };
}
