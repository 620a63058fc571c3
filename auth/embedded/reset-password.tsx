"use client";

import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { t } from "@/features/language/t";
import { HOME_PATH } from "../safe-redirect";
import { SignFrame } from "../sign-frame";
import { NewPasswordField } from "./credential-fields";
import { findNewPasswordProblem } from "./credentials";
import { IncompleteLink } from "./incomplete-link";
import { resetPassword } from "./service-client";
import { readField, ServiceForm } from "./service-form";

/** Where the link for a new password leads. */
export function ResetPassword() {
  const token = useSearchParams().get("token") ?? "";
  const [isDone, setIsDone] = useState(false);
  return (
    <SignFrame title={t("entrance.reset.title")} other="sign-in" redirectTo={HOME_PATH}>
      {token === "" && <IncompleteLink />}
      {token !== "" &&
        (isDone ? (
          <Notice
            title={t("entrance.reset.done")}
            text={t("entrance.reset.doneText")}
            action={
              <Button onClick={() => window.location.assign("/sign-in")}>
                {t("entrance.signIn")}
              </Button>
            }
          />
        ) : (
          <ServiceForm
            submitLabel={t("entrance.reset.submit")}
            pendingLabel={t("entrance.reset.pending")}
            check={(data) => findNewPasswordProblem(readField(data, "password"), {})}
            onSubmit={(data) => resetPassword(token, readField(data, "password"))}
            onDone={() => {
              setIsDone(true);
              return "stays";
            }}
          >
            {(wrongField) => (
              <NewPasswordField
                label={t("entrance.newPassword")}
                isWrong={wrongField === "password"}
              />
            )}
          </ServiceForm>
        ))}
    </SignFrame>
  );
}
