"use client";

import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { RowSkeleton } from "@/components/ui/skeleton";
import { usePatientLoading } from "@/components/ui/use-patient-loading";
import { t } from "@/features/language/t";
import { useAnswer } from "../use-answer";
import type { AccountFacts } from "./account-facts";
import { EmailPart, NamePart, PasswordPart } from "./credential-parts";
import { DeletePart } from "./delete-part";
import { DevicesPart } from "./devices-part";
import { PasskeysPart } from "./passkeys-part";
import { PicturePart } from "./picture-part";
import { ProviderParts } from "./provider-parts";
import { DoneNotice } from "./reload-done";
import { TwoFactorPart } from "./two-factor-part";

/** All that people may change about their own account; `children` stand before its end. */
export function AccountSection({ children }: { children?: ReactNode }) {
  const account = useAnswer<AccountFacts>("account");
  const look = usePatientLoading(account.kind === "waiting");
  if (look === "skeleton") return <RowSkeleton label={t("account.loading")} rows={5} />;
  if (account.kind === "refused") {
    return (
      <Notice
        title={t("account.failed")}
        text={account.sentence}
        action={<Button onClick={account.reload}>{t("error.retry")}</Button>}
      />
    );
  }
  if (account.kind === "waiting") return null;
  const { value, reload } = account;
  return (
    <>
      <DoneNotice />
      <PicturePart account={value} onChanged={reload} />
      <NamePart account={value} onChanged={reload} />
      {value.hasPassword && <EmailPart account={value} onChanged={reload} />}
      {value.hasPassword && <PasswordPart account={value} />}
      {value.hasPassword && <TwoFactorPart isOn={value.hasTwoFactor} />}
      <ProviderParts account={value} onChanged={reload} />
      <PasskeysPart />
      <DevicesPart />
      {children}
      <DeletePart account={value} />
    </>
  );
}
