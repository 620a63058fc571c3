"use client";

import { createContext, type KeyboardEvent, useContext } from "react";

/**
 * Whether Tab stops at what is in a message: only at the one that the arrow keys have last been at.
 * Else there would be a hundred stops between the header and the composer.
 */
export const TabStop = createContext<0 | -1>(0);

export function useTabStop(): 0 | -1 {
  return useContext(TabStop);
}

/** In the log the arrow keys lead from message to message, from the last one in view on. */
export function walkMessages(event: KeyboardEvent<HTMLElement>): void {
  const { key, target, currentTarget: log } = event;
  if (key !== "ArrowUp" && key !== "ArrowDown") return;
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const rows = [...log.querySelectorAll<HTMLElement>("article")];
  const at = rows.indexOf(target as HTMLElement);
  // What is in a message has arrow keys of its own.
  if (at < 0 && target !== log) return;
  const next = target === log ? lastInView(log, rows) : rows[at + (key === "ArrowUp" ? -1 : 1)];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function lastInView(log: HTMLElement, rows: readonly HTMLElement[]): HTMLElement | undefined {
  const { bottom } = log.getBoundingClientRect();
  return rows.findLast((row) => row.getBoundingClientRect().top < bottom);
}
