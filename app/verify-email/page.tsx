import { VerifyEmailScreen } from "@/auth/entrance-screens";
import { titled } from "../page-title";

// The address of this page may carry a token, which no other site is told.
export function generateMetadata() {
  return titled("entrance.confirm.title", { referrer: "no-referrer" });
}

export default function VerifyEmailPage() {
  return <VerifyEmailScreen />;
}
