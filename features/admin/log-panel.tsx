"use client";

import { AuditPanel } from "@/auth/admin-panels";
import { usePublicConfig } from "@/auth/use-identity";
import { ReportsPanel } from "./reports-panel";

/**
 * What was done on this server: about reports, which the functions keep, and about accounts, which the
 * identity service keeps; Clerk's log is in its own dashboard.
 */
export function LogPanel() {
  const isEmbedded = usePublicConfig().authMode === "embedded";
  return (
    <>
      <ReportsPanel isOpen={false} />
      {isEmbedded && <AuditPanel />}
    </>
  );
}
