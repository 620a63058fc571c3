"use client";

import { MailCheck } from "lucide-react";
import { useState } from "react";
import { Notice } from "@/components/ui/notice";
import { t } from "@/features/language/t";
import { HOME_PATH } from "../safe-redirect";
import { SignFrame } from "../sign-frame";
import { EmailField } from "./credential-fields";
import { findCredentialProblem } from "./credentials";
import { requestPasswordReset } from "./service-client";
import { readField, ServiceForm } from "./service-form";

/** Asks for a link by mail. What it answers tells nobody who has an account. */
export function ForgotPassword() {
  const [isAsked, setIsAsked] = useState(false);
  return (
    <SignFrame title={t("entrance.reset.title")} other="sign-in" redirectTo={HOME_PATH}>
      {isAsked ? (
        <Notice
          icon={<MailCheck size={26} strokeWidth={1.8} aria-hidden="true" />}
          title={t("entrance.checkMail")}
          text={t("entrance.checkMail.reset")}
        />
      ) : (
        <ServiceForm
          submitLabel={t("entrance.reset.send")}
          pendingLabel={t("entrance.reset.sending")}
          check={(data) => {
            const email = readField(data, "email");
            // Any password will do: it is not asked for here.
            return findCredentialProblem("sign-in", { email, password: "any" });
          }}
          onSubmit={(data) => requestPasswordReset(readField(data, "email"))}
          onDone={() => {
            setIsAsked(true);
            return "stays";
          }}
        >
          {(wrongField) => <EmailField isWrong={wrongField === "email"} />}
        </ServiceForm>
      )}
    </SignFrame>
  );
}
