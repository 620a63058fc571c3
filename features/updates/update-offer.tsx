"use client";

import { RefreshCw } from "lucide-react";
import { t } from "../language/t";
import { useNewRelease } from "./use-new-release";

/**
 * Offers the new pages once the server has them. Nothing happens unless it is taken up, and then
 * nothing is lost: drafts and what waits to be sent outlive the page.
 */
export function UpdateOffer() {
  const isNew = useNewRelease();
  return (
    <div role="status" aria-live="polite" className="min-w-0">
      {isNew && (
        <p className="flex items-center justify-center gap-2 border-b border-line bg-surface px-4 py-1 text-meta text-ink">
          {t("update.there")}
          <button
            type="button"
            onClick={() => window.location.reload()}
            className="inline-flex min-h-8 items-center gap-1.5 rounded-lg px-2 font-semibold text-accent hover:bg-hover touch:min-h-11"
          >
            <RefreshCw size={14} aria-hidden="true" />
            {t("update.take")}
          </button>
        </p>
      )}
    </div>
  );
}
