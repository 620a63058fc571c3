"use client";

import { useEffect } from "react";
import { findParts, type SearchPart, searchParts } from "@/shared/search-text";

/** As `globals.css` calls it. */
const MARKS = "search-hits";

/**
 * Marks what is searched for in the messages that the log shows. The browser paints the marks over the
 * text, so the messages know nothing of it; browsers that cannot have none.
 */
export function useTextMarks(search: string): void {
  useEffect(() => {
    const parts = searchParts(search);
    const log = document.querySelector<HTMLElement>('[role="log"]');
    if (parts.length === 0 || log === null || !("highlights" in CSS)) return;
    let frame = 0;
    const mark = () => {
      CSS.highlights.set(MARKS, new Highlight(...rangesIn(log, parts)));
    };
    // Rows come and go while one scrolls.
    const changes = new MutationObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(mark);
    });
    changes.observe(log, { childList: true, subtree: true, characterData: true });
    mark();
    return () => {
      changes.disconnect();
      cancelAnimationFrame(frame);
      CSS.highlights.delete(MARKS);
    };
  }, [search]);
}

function rangesIn(log: HTMLElement, parts: readonly SearchPart[]): Range[] {
  const ranges: Range[] = [];
  for (const said of log.querySelectorAll("[data-said]")) {
    const walker = document.createTreeWalker(said, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.nodeValue ?? "";
      for (const { start, end } of parts.flatMap((part) => findParts(text, [part]) ?? [])) {
        const range = document.createRange();
        range.setStart(node, start);
        range.setEnd(node, end);
        ranges.push(range);
      }
    }
  }
  return ranges;
}
