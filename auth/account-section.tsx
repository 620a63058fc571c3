"use client";

import dynamic from "next/dynamic";
import type { ReactNode } from "react";
import { PatientRows } from "@/components/ui/patient-rows";
import { t } from "@/features/language/t";
import { usePublicConfig } from "./use-identity";

const loading = () => <PatientRows label={t("account.loading")} />;

const Embedded = dynamic(
  () => import("./embedded/account/account-section").then((room) => room.AccountSection),
  { loading },
);
const Clerk = dynamic(() => import("./clerk/account-section").then((room) => room.AccountSection), {
  loading,
});

/**
 * One's own account, as whichever identity service the server uses lets it be changed. `children` are
 * what others than that service know about the account.
 */
export function AccountSection({ children }: { children?: ReactNode }) {
  return usePublicConfig().authMode === "clerk" ? (
    <>
      <Clerk />
      {children}
    </>
  ) : (
    <Embedded>{children}</Embedded>
  );
}
