import { SignUpScreen } from "@/auth/sign-up-screen";
import { titled } from "../../page-title";

export function generateMetadata() {
  return titled("entrance.signUp");
}

export default function SignUpPage() {
  return <SignUpScreen />;
}
