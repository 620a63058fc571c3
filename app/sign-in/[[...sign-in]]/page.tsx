import type { Metadata } from "next";
import { SignInScreen } from "@/auth/sign-in-screen";

export const metadata: Metadata = { title: "Sign in · Parley" };

export default function SignInPage() {
  return <SignInScreen />;
}
