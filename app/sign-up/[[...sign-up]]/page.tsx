import type { Metadata } from "next";
import { SignUpScreen } from "@/auth/sign-up-screen";

export const metadata: Metadata = { title: "Sign up · Parley" };

export default function SignUpPage() {
  return <SignUpScreen />;
}
