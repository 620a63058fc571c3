"use client";

import { t } from "../language/t";
import { pendingDeletions } from "./use-pending-deletions";

/** Over the lower end of the log, for as long as a deletion can be taken back. */
export function UndoBar({ count }: { count: number }) {
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-full z-[5] grid justify-items-center px-3 pb-2">
      <div
        role="status"
        className="pointer-events-auto flex animate-appear items-center gap-2 rounded-2xl bg-ink py-1 ps-4 pe-1.5 text-preview text-bg shadow-float"
      >
        {t("delete.done", { count })}
        <button
          type="button"
          onClick={() => pendingDeletions.undo()}
          className="min-h-9 rounded-xl px-3 font-semibold underline-offset-2 hover:underline touch:min-h-11"
        >
          {t("undo")}
        </button>
      </div>
    </div>
  );
}
