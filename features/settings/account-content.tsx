"use client";

import { AccountSection } from "@/auth/account-section";
import { ExportPart } from "../profile/export-part";

/** One's own account, as the identity service lets it be changed, and all of one's data in a file. */
export function AccountContent() {
  return (
    <AccountSection>
      <ExportPart />
    </AccountSection>
  );
}
