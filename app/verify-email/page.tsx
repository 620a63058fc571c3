import type { Metadata } from "next";
import { VerifyEmailScreen } from "@/auth/entrance-screens";

// The address of this page may carry a token, which no other site is told.
export const metadata: Metadata = {
  title: "Confirm your address · Parley",
  referrer: "no-referrer",
};

export default function VerifyEmailPage() {
  return <VerifyEmailScreen />;
}
