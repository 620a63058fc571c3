"use client";

import { AccountSection } from "@/auth/account-section";
import { t } from "../language/t";
import { ExportPart } from "./export-part";

/** One's own account on a screen of its own. */
export function AccountScreen() {
  return (
    <main className="h-full overflow-y-auto overscroll-contain bg-surface">
      <div className="w-full max-w-[760px] px-5 pt-4 pb-10">
        <h1 className="flex min-h-10 items-center text-screen leading-tight font-title tracking-[-0.015em] touch:min-h-11">
          {t("profile.account")}
        </h1>
        <AccountSection>
          <ExportPart />
        </AccountSection>
      </div>
    </main>
  );
}
