"use client";

import { AccountSection } from "@/auth/account-section";
import { ExportPart } from "../profile/export-part";
import { StatusPart } from "../profile/status-part";

/** One's own account, as the identity service lets it be changed, and all of one's data in a file. */
export function AccountContent() {
  return (
    <AccountSection>
      <StatusPart />
      <ExportPart />
    </AccountSection>
  );
}
