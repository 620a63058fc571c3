"use client";

import { MailCheck, MailX } from "lucide-react";
import { useState } from "react";
import { Notice } from "@/components/ui/notice";
import { t } from "@/features/language/t";
import { HOME_PATH } from "../safe-redirect";
import { SignFrame } from "../sign-frame";
import { usePublicConfig } from "../use-identity";
import { EmailField } from "./credential-fields";
import { findCredentialProblem } from "./credentials";
import { requestPasswordReset } from "./service-client";
import { readField, ServiceForm } from "./service-form";

/** Asks for a link by mail. What it answers tells nobody who has an account. */
export function ForgotPassword() {
  const [isAsked, setIsAsked] = useState(false);
  const { canSendMail } = usePublicConfig();
  if (!canSendMail) {
    return (
      <SignFrame title={t("entrance.reset.title")} other="sign-in" redirectTo={HOME_PATH}>
        <Notice
          icon={<MailX size={26} strokeWidth={1.8} aria-hidden="true" />}
          title={t("entrance.noMail")}
          text={t("entrance.noMailText")}
        />
      </SignFrame>
    );
  }
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
