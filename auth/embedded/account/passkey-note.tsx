"use client";

import { useState } from "react";
import { TextField } from "@/components/ui/text-field";
import { t } from "@/features/language/t";
import { formatMoment } from "@/lib/dates";
import { type Passkey, renamePasskey } from "../passkeys";
import { readField, ServiceForm } from "../service-form";

export const PASSKEY_NAME_LENGTH_MAX = 60;

/** Under a passkey's name: when it was added, and another name for it. */
export function PasskeyNote({ passkey, onRenamed }: { passkey: Passkey; onRenamed: () => void }) {
  const { id, name, createdAt } = passkey;
  const [isOpen, setIsOpen] = useState(false);
  const label = t("account.passkeys.rename");
  return (
    <>
      {createdAt && t("account.passkeys.added", { when: formatMoment(Date.parse(createdAt)) })}
      <button
        type="button"
        aria-label={`${label}: ${name ?? t("account.passkeys.unnamed")}`}
        aria-expanded={isOpen}
        className="ms-2 min-h-6 font-semibold text-accent hover:underline touch:min-h-11"
        onClick={() => setIsOpen(!isOpen)}
      >
        {isOpen ? t("account.cancel") : label}
      </button>
      {isOpen && (
        <ServiceForm
          submitLabel={t("status.save")}
          pendingLabel={t("account.saving")}
          check={findPasskeyNameProblem}
          onSubmit={(data) => renamePasskey(id, readField(data, "name").trim())}
          onDone={() => {
            setIsOpen(false);
            onRenamed();
            return "stays";
          }}
        >
          {(wrongField) => (
            <PasskeyNameField
              defaultValue={name ?? ""}
              isWrong={wrongField === "name"}
              autoFocus={true}
            />
          )}
        </ServiceForm>
      )}
    </>
  );
}

export function PasskeyNameField(props: {
  defaultValue: string;
  isWrong: boolean;
  autoFocus?: boolean;
}) {
  return (
    <TextField
      label={t("entrance.name")}
      name="name"
      autoComplete="off"
      defaultValue={props.defaultValue}
      maxLength={PASSKEY_NAME_LENGTH_MAX}
      autoFocus={props.autoFocus ?? false}
      aria-invalid={props.isWrong || undefined}
    />
  );
}

export function findPasskeyNameProblem(data: FormData) {
  return readField(data, "name").trim() === ""
    ? { field: "name", sentence: t("account.passkeys.nameMissing") }
    : null;
}
