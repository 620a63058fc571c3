"use client";

import { CloudOff, LoaderCircle } from "lucide-react";
import { t } from "../language/t";
import { useConnectionLook } from "./use-connection-state";

/** One line above everything while the server cannot be reached. */
export function ConnectionBanner() {
  const look = useConnectionLook();
  // The region is always there, because assistive technology speaks only what changes in one.
  return (
    <div role="status" aria-live="polite" className="min-w-0">
      {look !== "connected" && (
        <p className="flex items-center justify-center gap-2 border-b border-line bg-accent-soft px-4 py-2 text-meta font-medium text-ink">
          {look === "offline" ? (
            <CloudOff size={15} aria-hidden="true" className="shrink-0 text-accent" />
          ) : (
            <LoaderCircle
              size={15}
              aria-hidden="true"
              className="shrink-0 text-accent motion-safe:animate-spin"
            />
          )}
          {look === "offline" ? t("connection.offline") : t("connection.reconnecting")}
        </p>
      )}
    </div>
  );
}
