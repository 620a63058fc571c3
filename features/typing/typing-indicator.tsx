"use client";

import { memo } from "react";
import { cn } from "@/lib/cn";
import { typingText } from "./typing-text";
import { useTypists } from "./use-typists";

/** Below the newest message: who is typing. Keeps its line, so that nothing moves when it comes. */
export const TypingIndicator = memo(function TypingIndicator(props: {
  conversationId: string;
  /** Stands where the bubbles stand, which is beside the pictures in a group. */
  isIndented: boolean;
}) {
  const typists = useTypists(props.conversationId);
  const text = typingText(typists);
  return (
    <div
      role="status"
      aria-live="polite"
      className={cn(
        "flex h-8 items-center gap-2 text-meta text-muted",
        props.isIndented ? "ps-[42px]" : "ps-1",
      )}
    >
      {text !== "" && (
        <>
          <TypingDots />
          <bdi className="truncate">{text}</bdi>
        </>
      )}
    </div>
  );
});

function TypingDots() {
  return (
    <span aria-hidden="true" className="inline-flex gap-[3px]">
      {[0, 160, 320].map((delayMs) => (
        <span
          key={delayMs}
          style={{ animationDelay: `${delayMs}ms` }}
          className="size-[5px] animate-dot rounded-full bg-accent"
        />
      ))}
    </span>
  );
}
