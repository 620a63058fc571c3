"use client";

import { redirect } from "next/navigation";
import type { ComponentType } from "react";
import { ForgotPassword } from "./embedded/forgot-password";
import { ResetPassword } from "./embedded/reset-password";
import { VerifyEmail } from "./embedded/verify-email";
import { usePublicConfig } from "./use-identity";

/** Pages that only the embedded service needs: Clerk's own sign-in does all of this by itself. */
function embeddedOnly(Screen: ComponentType): ComponentType {
  return function EntranceScreen() {
    if (usePublicConfig().authMode === "clerk") redirect("/sign-in");
    return <Screen />;
  };
}

export const ForgotPasswordScreen = embeddedOnly(ForgotPassword);
export const ResetPasswordScreen = embeddedOnly(ResetPassword);
export const VerifyEmailScreen = embeddedOnly(VerifyEmail);
