"use client";

import { TextField } from "@/components/ui/text-field";
import { SignFrame } from "../sign-frame";
import { CredentialsForm } from "./credentials-form";
import { signInWithService } from "./service-client";

/** The embedded service's sign-in form. */
export function SignIn({ redirectTo }: { redirectTo: string }) {
  return (
    <SignFrame title="Sign in to Parley" other="sign-up" redirectTo={redirectTo}>
      <CredentialsForm
        purpose="sign-in"
        submitLabel="Sign in"
        pendingLabel="Signing in…"
        onSubmit={signInWithService}
        onDone={() => window.location.assign(redirectTo)}
      >
        {(wrongField) => (
          <>
            <TextField
              label="Email"
              name="email"
              type="email"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              aria-invalid={wrongField === "email" || undefined}
            />
            <TextField
              label="Password"
              name="password"
              type="password"
              autoComplete="current-password"
              required
              aria-invalid={wrongField === "password" || undefined}
            />
          </>
        )}
      </CredentialsForm>
    </SignFrame>
  );
}
