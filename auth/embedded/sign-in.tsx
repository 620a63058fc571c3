"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";
import { t } from "@/features/language/t";
import { takeSuspension } from "../left-because";
import { SignFrame } from "../sign-frame";
import { checkCredentials, EmailField, PasswordField, readCredentials } from "./credential-fields";
import { PasskeySignIn } from "./passkey-sign-in";
import { ProviderButtons } from "./provider-buttons";
import { sentenceFor } from "./refusal-text";
import { SecondFactor } from "./second-factor";
import { signInWithService } from "./service-client";
import { ServiceForm } from "./service-form";

type Step = "credentials" | "second-factor";

/**
 * Which step it is, kept in the address: a reload at the second one goes on there, as the service does,
 * whose cookie remembers for ten minutes that the password was right.
 */
function useStep(): [Step, (step: Step) => void] {
  const [step, setStep] = useState<Step>(
    useSearchParams().get("step") === "code" ? "second-factor" : "credentials",
  );
  return [
    step,
    (next) => {
      setStep(next);
      const url = new URL(window.location.href);
      if (next === "second-factor") url.searchParams.set("step", "code");
      else url.searchParams.delete("step");
      window.history.replaceState(window.history.state, "", url);
    },
  ];
}

/** The embedded service's sign-in form, and its second step for accounts that have one. */
export function SignIn({ redirectTo }: { redirectTo: string }) {
  const [step, setStep] = useStep();
  const wasSuspended = useSuspensionNote();
  const leave = () => window.location.assign(redirectTo);
  if (step === "second-factor") {
    return (
      <SignFrame title={t("entrance.second.title")} other="sign-up" redirectTo={redirectTo}>
        <SecondFactor onDone={leave} onBack={() => setStep("credentials")} />
      </SignFrame>
    );
  }
  return (
    <SignFrame title={t("entrance.signIn.title")} other="sign-up" redirectTo={redirectTo}>
      <div role="alert" className="empty:hidden">
        {wasSuspended && (
          <p className="rounded-xl bg-danger-soft px-3.5 py-2.5 text-preview font-medium text-danger">
            {sentenceFor("ACCOUNT_SUSPENDED")}
          </p>
        )}
      </div>
      <ServiceForm
        submitLabel={t("entrance.signIn")}
        pendingLabel={t("entrance.signIn.pending")}
        check={checkCredentials("sign-in")}
        onSubmit={(data) => signInWithService(readCredentials(data))}
        onDone={(next) => {
          if (next === "second-factor") {
            setStep("second-factor");
            return "stays";
          }
          leave();
          return "leaves";
        }}
      >
        {(wrongField) => (
          <>
            <EmailField isWrong={wrongField === "email"} />
            <PasswordField isWrong={wrongField === "password"} />
          </>
        )}
      </ServiceForm>
      <ProviderButtons redirectTo={redirectTo} />
      <PasskeySignIn onDone={leave} />
      <Link
        href="/forgot-password"
        className="inline-flex min-h-10 items-center self-center text-preview font-medium text-accent hover:underline"
      >
        {t("entrance.forgot")}
      </Link>
    </SignFrame>
  );
}

/** Whether this tab has just been taken here because its person is kept out. */
function useSuspensionNote(): boolean {
  const [isNoted, setIsNoted] = useState(false);
  // After the server's page has been taken over: it cannot know.
  useEffect(() => {
    if (takeSuspension()) setIsNoted(true);
  }, []);
  return isNoted;
}
