import type { Metadata } from "next";
import { ForgotPasswordScreen } from "@/auth/entrance-screens";

// The address of this page may carry a token, which no other site is told.
export const metadata: Metadata = { title: "A new password · Parley", referrer: "no-referrer" };

export default function ForgotPasswordPage() {
  return <ForgotPasswordScreen />;
}
