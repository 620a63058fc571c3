"use client";

import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { PatientRows } from "@/components/ui/patient-rows";
import { t } from "@/features/language/t";
import { SignUp } from "./embedded/sign-up";
import { safeRedirect } from "./safe-redirect";
import { usePublicConfig } from "./use-identity";

const ClerkSignUp = dynamic(() => import("./clerk/sign-up").then((room) => room.SignUp), {
  loading: () => <PatientRows label={t("admin.loading")} />,
});

/** The sign-up page of whichever identity service the server uses. */
export function SignUpScreen() {
  const { authMode } = usePublicConfig();
  const redirectTo = safeRedirect(useSearchParams().get("redirect"));
  return authMode === "clerk" ? (
    <ClerkSignUp redirectTo={redirectTo} />
  ) : (
    <SignUp redirectTo={redirectTo} />
  );
}
