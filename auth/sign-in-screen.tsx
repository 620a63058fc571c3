"use client";

import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { PatientRows } from "@/components/ui/patient-rows";
import { t } from "@/features/language/t";
import { SignIn } from "./embedded/sign-in";
import { safeRedirect } from "./safe-redirect";
import { usePublicConfig } from "./use-identity";

const ClerkSignIn = dynamic(() => import("./clerk/sign-in").then((room) => room.SignIn), {
  loading: () => <PatientRows label={t("admin.loading")} />,
});

/** The sign-in page of whichever identity service the server uses. */
export function SignInScreen() {
  const { authMode } = usePublicConfig();
  const redirectTo = safeRedirect(useSearchParams().get("redirect"));
  return authMode === "clerk" ? (
    <ClerkSignIn redirectTo={redirectTo} />
  ) : (
    <SignIn redirectTo={redirectTo} />
  );
}
