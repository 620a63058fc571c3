"use client";

import { SignIn as ClerkSignInForm } from "@clerk/nextjs";
import { ClerkFrame } from "./clerk-frame";

/** Clerk's own sign-in form. */
export function SignIn({ redirectTo }: { redirectTo: string }) {
  return (
    <ClerkFrame>
      <ClerkSignInForm
        routing="path"
        path="/sign-in"
        signUpUrl="/sign-up"
        forceRedirectUrl={redirectTo}
      />
    </ClerkFrame>
  );
}
