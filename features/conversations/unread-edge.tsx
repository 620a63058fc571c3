"use client";

import { ArrowDown } from "lucide-react";
import { type RefObject, useCallback, useEffect, useState } from "react";
import { t } from "../language/t";

/** What an unread row is marked with, so that those below the edge can be found. */
export const UNREAD_ROW = "data-unread";

/**
 * Says at the lower edge of the list that there are unread chats below it, and leads to the first.
 *
 * @param revision Changes whenever the rows do.
 */
export function UnreadEdge(props: { list: RefObject<HTMLElement | null>; revision: unknown }) {
  const { list, revision } = props;
  const [count, setCount] = useState(0);
  const below = useCallback(() => {
    const edge = list.current?.getBoundingClientRect().bottom ?? 0;
    const rows = [...(list.current?.querySelectorAll(`[${UNREAD_ROW}]`) ?? [])];
    return rows.filter((row) => {
      const { top, height } = row.getBoundingClientRect();
      return top + height / 2 > edge;
    });
  }, [list]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows are counted anew.
  useEffect(() => {
    const view = list.current;
    if (!view) return;
    let frame = 0;
    const look = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => setCount(below().length));
    };
    look();
    const resizes = new ResizeObserver(look);
    resizes.observe(view);
    view.addEventListener("scroll", look, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      resizes.disconnect();
      view.removeEventListener("scroll", look);
    };
  }, [list, below, revision]);

  if (count === 0) return null;
  return (
    <button
      type="button"
      onClick={() => below()[0]?.scrollIntoView({ block: "center" })}
      className="absolute inset-x-0 bottom-3 mx-auto flex min-h-9 w-fit animate-appear items-center gap-1.5 rounded-full bg-accent ps-3 pe-3.5 text-meta font-semibold text-on-accent shadow-float touch:min-h-11"
    >
      <ArrowDown size={15} strokeWidth={2.4} aria-hidden="true" />
      {t("list.unreadBelow", { count })}
    </button>
  );
}
