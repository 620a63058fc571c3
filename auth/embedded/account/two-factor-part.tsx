"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
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
      title="Two-factor sign-in"
      summary="Off. With it, a password alone lets nobody in."
      openLabel="Turn on"
    >
      {() => {
        if (secret === null) {
          return (
            <PasswordForm
              submitLabel="Continue"
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
                I have kept them
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
      submitLabel="Turn on"
      pendingLabel="Checking…"
      check={(data) =>
        readField(data, "code").trim() === ""
          ? { field: "code", sentence: "Enter the code." }
          : null
      }
      onSubmit={(data) => post("two-factor/confirm", { code: readField(data, "code").trim() })}
      onDone={() => reloadDone("two-factor-on")}
    >
      {(wrongField) => (
        <>
          <p className="text-preview text-muted">
            Scan this with an authenticator app, or enter the key by hand.
          </p>
          <QrCode text={totpUri} label="Picture for an authenticator app" />
          <p className="font-mono text-preview text-ink [overflow-wrap:anywhere]" dir="ltr">
            {new URL(totpUri).searchParams.get("secret")}
          </p>
          <TextField
            label="Code"
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            hint="The six digits that the app shows now."
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
        title="Two-factor sign-in"
        summary="On. Signing in asks for a code of your authenticator app."
        openLabel="Turn off"
      >
        {() => (
          <PasswordForm
            submitLabel="Turn off"
            path="two-factor/disable"
            onDone={() => reloadDone("two-factor-off")}
          />
        )}
      </AccountPart>
      <AccountPart
        title="Recovery codes"
        summary="New ones make the former ones useless."
        openLabel="Make new codes"
      >
        {() =>
          codes ? (
            <RecoveryCodes codes={codes} />
          ) : (
            <PasswordForm
              submitLabel="Make new codes"
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
      pendingLabel="Checking…"
      check={checkOwnPassword}
      onSubmit={(data) => post(props.path, { password: readField(data, "ownPassword") })}
      onDone={props.onDone}
    >
      {(wrongField) => <OwnPasswordField isWrong={wrongField === "ownPassword"} />}
    </ServiceForm>
  );
}
