"use client";

import { useEffect, useState } from "react";
import { serverClock } from "./server-clock";

/** The server's time as estimated, re-read every so often: for what grows old on the screen. */
export function useServerNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(() => serverClock.now());
  useEffect(() => {
    const read = () => setNowMs(serverClock.now());
    const timer = setInterval(read, everyMs);
    const stop = serverClock.subscribe(read);
    // A sleeping laptop's timers sleep too; on waking nobody may look active who is long gone.
    document.addEventListener("visibilitychange", read);
    return () => {
      clearInterval(timer);
      stop();
      document.removeEventListener("visibilitychange", read);
    };
  }, [everyMs]);
  return nowMs;
}
