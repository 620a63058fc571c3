"use client";

import { useCallback, useState } from "react";
import { sentenceOf } from "../connection/panel-error";
import type { Settings } from "./settings-memory";
import { useChangeSettings } from "./use-settings";

/** Changes settings and keeps the sentence of the last refusal, which a section shows. */
export function useSaveSetting() {
  const change = useChangeSettings();
  const [refusal, setRefusal] = useState<string | null>(null);
  const save = useCallback(
    async (changed: Partial<Settings>): Promise<boolean> => {
      setRefusal(null);
      try {
        await change(changed);
        return true;
      } catch (error) {
        setRefusal(sentenceOf(error));
        return false;
      }
    },
    [change],
  );
  return { save, refusal };
}
