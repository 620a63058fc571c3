import { Fragment, memo, useMemo } from "react";
import { findParts, searchParts } from "@/shared/search-text";

export type MarkedTextProps = { text: string; search: string };

/** A text with what was searched for marked in it; as text nodes only. */
export const MarkedText = memo(function MarkedText({ text, search }: MarkedTextProps) {
  const parts = useMemo(() => splitMarked(text, search), [text, search]);
  return parts.map(({ text: part, isMarked, at }) =>
    isMarked ? (
      <mark key={at} className="rounded-[4px] bg-accent-soft font-semibold text-accent-strong">
        {part}
      </mark>
    ) : (
      <Fragment key={at}>{part}</Fragment>
    ),
  );
});

function splitMarked(text: string, search: string) {
  const parts: { text: string; isMarked: boolean; at: number }[] = [];
  let at = 0;
  const take = (end: number, isMarked: boolean) => {
    if (end > at) parts.push({ text: text.slice(at, end), isMarked, at });
    at = end;
  };
  for (const { start, end } of findParts(text, searchParts(search)) ?? []) {
    take(start, false);
    take(end, true);
  }
  take(text.length, false);
  return parts;
}
