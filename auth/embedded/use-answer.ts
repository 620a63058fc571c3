"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { get } from "./service-request";

export type Answer<T> =
  | { kind: "waiting"; reload: () => void }
  | { kind: "here"; value: T; reload: () => void }
  | { kind: "refused"; sentence: string; status: number | null; reload: () => void };

type State<T> =
  | { kind: "waiting" }
  | { kind: "here"; value: T }
  | { kind: "refused"; sentence: string; status: number | null };

/**
 * What the embedded service answers at an address, asked again by `reload` and whenever the address
 * changes. The former answer stays on the screen until the next is here; a late one is dropped.
 */
export function useAnswer<T>(path: string): Answer<T> {
  const [state, setState] = useState<State<T>>({ kind: "waiting" });
  const asked = useRef(0);

  const reload = useCallback(async () => {
    asked.current += 1;
    const turn = asked.current;
    const outcome = await get<T>(path);
    if (turn !== asked.current) return;
    setState(
      outcome.ok
        ? { kind: "here", value: outcome.next }
        : { kind: "refused", sentence: outcome.sentence, status: outcome.status },
    );
  }, [path]);

  useEffect(() => {
    void reload();
    return () => {
      asked.current += 1;
    };
  }, [reload]);

  return { ...state, reload };
}
