"use client";

import { useQueries } from "convex/react";
import { useCallback, useMemo, useState } from "react";
import { api } from "@/convex/_generated/api";
import type { ServerMessage } from "./chat-message";
import {
  extendNewer,
  extendOlder,
  joinWindow,
  type LoadedWindow,
  STRETCH_ITEMS,
  type Stretch,
  stretchKey,
  windowAround,
} from "./log-window";

export type LogWindow = LoadedWindow<ServerMessage> & {
  isLoading: boolean;
  loadOlder: () => void;
  loadNewer: () => void;
  /** Loads what stands on both sides of a message instead of what is loaded now. */
  showAround: (sentAt: number) => void;
  /** Lets go of everything but the tail. */
  showTail: () => void;
};

const NO_STRETCHES: readonly Stretch[] = [];

/**
 * The loaded part of a conversation, which can be made longer at either end.
 *
 * @param tail The newest messages, oldest first.
 */
export function useLogWindow(conversationId: string, tail: readonly ServerMessage[]): LogWindow {
  const [stretches, setStretches] = useState(NO_STRETCHES);
  const queries = useMemo(
    () =>
      Object.fromEntries(
        stretches.map((stretch) => [
          stretchKey(stretch),
          {
            query: api.messages.getMessagesBetween,
            args: { conversationId, ...stretch, numItems: STRETCH_ITEMS },
          },
        ]),
      ),
    [conversationId, stretches],
  );
  const results = useQueries(queries);
  const loaded = useMemo(
    () =>
      stretches.map((stretch) => {
        const result: unknown = results[stretchKey(stretch)];
        // Seen by the boundary around the chat, like the failure of any other query of it.
        if (result instanceof Error) throw result;
        return result as ServerMessage[] | undefined;
      }),
    [stretches, results],
  );
  const joined = useMemo(() => joinWindow(loaded, tail), [loaded, tail]);

  const { messages, hasOlder, isAtTail } = joined;
  const isLoading = loaded.includes(undefined);
  const counts = useMemo(() => loaded.map((part) => part?.length ?? 0), [loaded]);
  const oldest = messages[0];
  const newest = messages[messages.length - 1];
  const oldestOfTail = tail[0];
  const loadOlder = useCallback(() => {
    if (isLoading || !hasOlder || !oldest) return;
    setStretches((before) => extendOlder(before, counts, oldest));
  }, [isLoading, hasOlder, oldest, counts]);
  const loadNewer = useCallback(() => {
    if (isLoading || isAtTail || !newest || !oldestOfTail) return;
    setStretches((before) => extendNewer(before, counts, newest, oldestOfTail));
  }, [isLoading, isAtTail, newest, oldestOfTail, counts]);
  const showAround = useCallback((sentAt: number) => setStretches(windowAround(sentAt)), []);
  const showTail = useCallback(() => setStretches(NO_STRETCHES), []);
  return { ...joined, isLoading, loadOlder, loadNewer, showAround, showTail };
}
