"use client";

import { useSearchParams } from "next/navigation";
import { t } from "@/features/language/t";
import { HOME_PATH } from "../safe-redirect";
import { SignFrame } from "../sign-frame";
import { IncompleteLink } from "./incomplete-link";
import { verifyEmail } from "./service-client";
import { ServiceForm } from "./service-form";

/** Where the link of a mail leads. A press confirms, because programs that look into mails open links. */
export function VerifyEmail() {
  const token = useSearchParams().get("token") ?? "";
  return (
    <SignFrame title={t("entrance.confirm.title")} other="sign-in" redirectTo={HOME_PATH}>
      {token === "" ? (
        <IncompleteLink />
      ) : (
        <ServiceForm
          submitLabel={t("entrance.confirm.submit")}
          pendingLabel={t("entrance.confirm.pending")}
          onSubmit={() => verifyEmail(token)}
          onDone={() => {
            window.location.assign(HOME_PATH);
            return "leaves";
          }}
        >
          {() => <p className="text-preview text-muted">{t("entrance.confirm.text")}</p>}
        </ServiceForm>
      )}
    </SignFrame>
  );
}
