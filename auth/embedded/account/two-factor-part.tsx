"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { t } from "@/features/language/t";
import { readField, ServiceForm } from "../service-form";
import { post } from "../service-request";
import { AccountPart } from "./account-part";
import { checkOwnPassword, OwnPasswordField } from "./password-field";
import { QrCode } from "./qr-code";
import { RecoveryCodes } from "./recovery-codes";
import { reloadDone } from "./reload-done";

/** A second step at every sign-in, by an authenticator app. */
export function TwoFactorPart({ isOn }: { isOn: boolean }) {
  return isOn ? <TurnedOn /> : <TurnedOff />;
}

type NewSecret = { totpURI: string; backupCodes: string[] };

function TurnedOff() {
  const [secret, setSecret] = useState<NewSecret | null>(null);
  const [isKept, setIsKept] = useState(false);
  return (
    <AccountPart
      title={t("account.two")}
      summary={t("account.two.off")}
      openLabel={t("account.two.turnOn")}
    >
      {() => {
        if (secret === null) {
          return (
            <PasswordForm
              submitLabel={t("entrance.second.submit")}
              path="two-factor/enable"
              onDone={(next: NewSecret) => {
                setSecret(next);
                setIsKept(false);
                return "stays";
              }}
            />
          );
        }
        // The codes come before the last step, because that one loads the page anew.
        if (!isKept) {
          return (
            <div className="flex flex-col gap-4">
              <RecoveryCodes codes={secret.backupCodes} />
              <Button wide onClick={() => setIsKept(true)}>
                {t("account.two.kept")}
              </Button>
            </div>
          );
        }
        return <ConfirmForm totpUri={secret.totpURI} />;
      }}
    </AccountPart>
  );
}

function ConfirmForm({ totpUri }: { totpUri: string }) {
  return (
    <ServiceForm
      submitLabel={t("account.two.turnOn")}
      pendingLabel={t("entrance.second.pending")}
      check={(data) =>
        readField(data, "code").trim() === ""
          ? { field: "code", sentence: t("entrance.second.codeMissing") }
          : null
      }
      onSubmit={(data) => post("two-factor/confirm", { code: readField(data, "code").trim() })}
      onDone={() => reloadDone("two-factor-on")}
    >
      {(wrongField) => (
        <>
          <p className="text-preview text-muted">{t("account.two.scan")}</p>
          <QrCode text={totpUri} label={t("account.two.picture")} />
          <p className="font-mono text-preview text-ink [overflow-wrap:anywhere]" dir="ltr">
            {new URL(totpUri).searchParams.get("secret")}
          </p>
          <TextField
            label={t("entrance.second.code")}
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            hint={t("account.two.codeHint")}
            maxLength={8}
            autoFocus
            dir="ltr"
            aria-invalid={wrongField === "code" || undefined}
          />
        </>
      )}
    </ServiceForm>
  );
}

function TurnedOn() {
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <>
      <AccountPart
        title={t("account.two")}
        summary={t("account.two.on")}
        openLabel={t("account.two.turnOff")}
      >
        {() => (
          <PasswordForm
            submitLabel={t("account.two.turnOff")}
            path="two-factor/disable"
            onDone={() => reloadDone("two-factor-off")}
          />
        )}
      </AccountPart>
      <AccountPart
        title={t("account.codes")}
        summary={t("account.codes.summary")}
        openLabel={t("account.codes.make")}
      >
        {() =>
          codes ? (
            <RecoveryCodes codes={codes} />
          ) : (
            <PasswordForm
              submitLabel={t("account.codes.make")}
              path="two-factor/generate-backup-codes"
              onDone={(next: { backupCodes: string[] }) => {
                setCodes(next.backupCodes);
                return "stays";
              }}
            />
          )
        }
      </AccountPart>
    </>
  );
}

function PasswordForm<Next>(props: {
  submitLabel: string;
  path: string;
  onDone: (next: Next) => "stays" | "leaves";
}) {
  return (
    <ServiceForm<Next>
      submitLabel={props.submitLabel}
      pendingLabel={t("entrance.second.pending")}
      check={checkOwnPassword}
      onSubmit={(data) => post(props.path, { password: readField(data, "ownPassword") })}
      onDone={props.onDone}
    >
      {(wrongField) => <OwnPasswordField isWrong={wrongField === "ownPassword"} />}
    </ServiceForm>
  );
}
