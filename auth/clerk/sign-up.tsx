"use client";

import { SignUp as ClerkSignUpForm } from "@clerk/nextjs";
import { ClerkFrame } from "./clerk-frame";

/** Clerk's own sign-up form. */
export function SignUp({ redirectTo }: { redirectTo: string }) {
  return (
    <ClerkFrame>
      <ClerkSignUpForm
        routing="path"
        path="/sign-up"
        signInUrl="/sign-in"
        forceRedirectUrl={redirectTo}
      />
    </ClerkFrame>
  );
}
