"use client";

import { useSearchParams } from "next/navigation";
import { TextField } from "@/components/ui/text-field";
import { SignFrame } from "../sign-frame";
import { usePublicConfig } from "../use-identity";
import { NAME_LENGTH_MAX, PASSWORD_LENGTH_MIN } from "./credentials";
import { CredentialsForm } from "./credentials-form";
import { sentenceFor } from "./refusal-text";
import { type SignUpTokens, signUpWithService } from "./service-client";

/** What a link to this page may bring along: an invitation, or the claim of a new server's owner. */
function readTokens(params: URLSearchParams): SignUpTokens {
  const invitation = params.get("invitation");
  const ownerToken = params.get("owner");
  return { ...(invitation && { invitation }), ...(ownerToken && { ownerToken }) };
}

/** The embedded service's sign-up form. Signing up signs in. */
export function SignUp({ redirectTo }: { redirectTo: string }) {
  const { signUp } = usePublicConfig();
  const tokens = readTokens(useSearchParams());
  return (
    <SignFrame title="Join Parley" other="sign-in" redirectTo={redirectTo}>
      {signUp !== "open" && Object.keys(tokens).length === 0 && (
        <p className="text-preview text-muted">
          {sentenceFor(signUp === "closed" ? "SIGN_UP_CLOSED" : "SIGN_UP_BY_INVITE")}
        </p>
      )}
      <CredentialsForm
        purpose="sign-up"
        submitLabel="Sign up"
        pendingLabel="Signing up…"
        onSubmit={(credentials) => signUpWithService(credentials, tokens)}
        onDone={() => window.location.assign(redirectTo)}
      >
        {(wrongField) => (
          <>
            <TextField
              label="Name"
              name="name"
              autoComplete="name"
              maxLength={NAME_LENGTH_MAX}
              required
              aria-invalid={wrongField === "name" || undefined}
            />
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
              autoComplete="new-password"
              hint={`At least ${PASSWORD_LENGTH_MIN} characters.`}
              required
              aria-invalid={wrongField === "password" || undefined}
            />
          </>
        )}
      </CredentialsForm>
    </SignFrame>
  );
}
