"use client";

import { AnimatePresence, LazyMotion, MotionConfig, useReducedMotion } from "motion/react";
import * as m from "motion/react-m";
import type { ReactNode } from "react";
import { loadMotionFeatures } from "./motion-features-loader";

const SLIDE = { duration: 0.19, ease: [0.2, 0.7, 0.3, 1] } as const;

export type SlidingPanelsProps = {
  list: ReactNode;
  /** `null` while the list is what is seen. */
  chat: ReactNode | null;
  chatKey: string | null;
};

/** On phones: the list, and the chat that slides over it from the end and back. */
export function SlidingPanels({ list, chat, chatKey }: SlidingPanelsProps) {
  const side = typeof document !== "undefined" && document.dir === "rtl" ? -1 : 1;
  const isStill = useReducedMotion();
  const aside = (percent: number) => (isStill ? 0 : `${percent * side}%`);
  return (
    <LazyMotion features={loadMotionFeatures} strict>
      <MotionConfig transition={SLIDE}>
        <div className="relative h-full overflow-hidden">
          <AnimatePresence initial={false}>
            {chat === null ? (
              <m.main
                key="list"
                className="absolute inset-0 bg-surface"
                initial={{ x: aside(-22), opacity: 0.5 }}
                animate={{ x: 0, opacity: 1 }}
                exit={{ x: aside(-22), opacity: 0.5 }}
              >
                {list}
              </m.main>
            ) : (
              <m.div
                key={`chat:${chatKey}`}
                className="absolute inset-0 z-10 bg-bg"
                initial={{ x: aside(100) }}
                animate={{ x: 0 }}
                exit={{ x: aside(100) }}
              >
                {chat}
              </m.div>
            )}
          </AnimatePresence>
        </div>
      </MotionConfig>
    </LazyMotion>
  );
}
