import { SignInScreen } from "@/auth/sign-in-screen";
import { titled } from "../../page-title";

export function generateMetadata() {
  return titled("entrance.signIn");
}

export default function SignInPage() {
  return <SignInScreen />;
}
