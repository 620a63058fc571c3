"use client";

import { MailCheck } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { Notice } from "@/components/ui/notice";
import { TextField } from "@/components/ui/text-field";
import { t } from "@/features/language/t";
import { personNameMaxUnits } from "@/shared/limits";
import { SignFrame } from "../sign-frame";
import { usePublicConfig } from "../use-identity";
import {
  checkCredentials,
  EmailField,
  NewPasswordField,
  readCredentials,
} from "./credential-fields";
import { ProviderButtons } from "./provider-buttons";
import { sentenceFor } from "./refusal-text";
import { ResendMail } from "./resend-mail";
import { type SignUpTokens, signUpWithService } from "./service-client";
import { ServiceForm } from "./service-form";

/** The embedded service's sign-up form. Signing up signs in, unless the address is confirmed first. */
export function SignUp({ redirectTo }: { redirectTo: string }) {
  const { signUp } = usePublicConfig();
  const tokens = readTokens(useSearchParams());
  const [mailedTo, setMailedTo] = useState<string | null>(null);
  if (mailedTo !== null) {
    return (
      <SignFrame title={t("entrance.signUp.title")} other="sign-in" redirectTo={redirectTo}>
        <Notice
          icon={<MailCheck size={26} strokeWidth={1.8} aria-hidden="true" />}
          title={t("entrance.checkMail")}
          text={t("entrance.checkMail.confirm")}
          action={<ResendMail email={mailedTo} />}
        />
      </SignFrame>
    );
  }
  return (
    <SignFrame title={t("entrance.signUp.title")} other="sign-in" redirectTo={redirectTo}>
      {signUp !== "open" && Object.keys(tokens).length === 0 && (
        <p className="text-preview text-muted">
          {sentenceFor(signUp === "closed" ? "SIGN_UP_CLOSED" : "SIGN_UP_BY_INVITE")}
        </p>
      )}
      <ServiceForm
        submitLabel={t("entrance.signUp")}
        pendingLabel={t("entrance.signUp.pending")}
        check={checkCredentials("sign-up")}
        onSubmit={async (data) => {
          const credentials = readCredentials(data);
          const outcome = await signUpWithService(credentials, tokens);
          if (outcome.ok && outcome.next === "check-mail") setMailedTo(credentials.email);
          return outcome;
        }}
        onDone={(next) => {
          if (next === "check-mail") {
            return "stays";
          }
          window.location.assign(redirectTo);
          return "leaves";
        }}
      >
        {(wrongField) => (
          <>
            <TextField
              label={t("entrance.name")}
              name="name"
              autoComplete="name"
              maxLength={personNameMaxUnits}
              required
              aria-invalid={wrongField === "name" || undefined}
            />
            <EmailField isWrong={wrongField === "email"} />
            <NewPasswordField isWrong={wrongField === "password"} />
          </>
        )}
      </ServiceForm>
      {(signUp === "open" || Object.keys(tokens).length > 0) && (
        <ProviderButtons redirectTo={redirectTo} tokens={tokens} />
      )}
    </SignFrame>
  );
}

/** What a link to this page may bring along: an invitation, or the claim of a new server's owner. */
function readTokens(params: URLSearchParams): SignUpTokens {
  const invitation = params.get("invitation");
  const ownerToken = params.get("owner");
  return { ...(invitation && { invitation }), ...(ownerToken && { ownerToken }) };
}
