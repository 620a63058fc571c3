"use client";

import { useMemo, useRef, useState } from "react";
import { bulkIdsMax } from "@/shared/limits";
import type { ChatMessage } from "./chat-message";

export type Selection = {
  /** `null` while nothing is being selected. */
  ids: ReadonlySet<string> | null;
  /** Takes a message in or out; `isRange` takes in everything from the one touched before. */
  toggle: (message: ChatMessage, isRange: boolean) => void;
  end: () => void;
};

export function canBeSelected({ id, isDeleted, event }: ChatMessage): boolean {
  return id !== null && !isDeleted && event === null;
}

/**
 * Which messages of a log are selected, at most as many as one operation takes.
 *
 * @param messages The loaded ones, oldest first.
 */
export function useSelection(messages: readonly ChatMessage[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<string> | null>(null);
  const latest = useRef(messages);
  latest.current = messages;
  const anchor = useRef<string | null>(null);
  const acts = useMemo(() => {
    const toggle = (message: ChatMessage, isRange: boolean) => {
      const { id } = message;
      if (id === null) return;
      const from = anchor.current;
      anchor.current = id;
      setIds((before) => {
        const next = new Set(before);
        const range = isRange ? idsBetween(latest.current, from, id) : [];
        if (range.length > 0) for (const one of range) next.add(one);
        else if (!next.delete(id)) next.add(id);
        return new Set([...next].slice(0, bulkIdsMax));
      });
    };
    const end = () => {
      anchor.current = null;
      setIds(null);
    };
    return { toggle, end };
  }, []);
  return useMemo(() => ({ ids, ...acts }), [ids, acts]);
}

function idsBetween(messages: readonly ChatMessage[], from: string | null, to: string): string[] {
  const start = messages.findIndex(({ id }) => id === from);
  const end = messages.findIndex(({ id }) => id === to);
  if (start < 0 || end < 0) return [];
  const between = messages.slice(Math.min(start, end), Math.max(start, end) + 1);
  return between.filter(canBeSelected).flatMap(({ id }) => id ?? []);
}
