"use client";

import { t } from "@/features/language/t";
import { addPasskey, type Passkey, removePasskey } from "../passkeys";
import { readField, ServiceForm } from "../service-form";
import { useAnswer } from "../use-answer";
import { useCanUsePasskeys } from "../use-can-use-passkeys";
import { AccountPart } from "./account-part";
import { deviceName } from "./device-name";
import { findPasskeyNameProblem, PasskeyNameField, PasskeyNote } from "./passkey-note";
import { RemovableList } from "./removable-list";

/** Keys that devices keep, which sign in without a password. */
export function PasskeysPart() {
  const passkeys = useAnswer<Passkey[]>("passkey/list-user-passkeys");
  const canAdd = useCanUsePasskeys();
  const items = passkeys.kind === "here" ? passkeys.value : [];
  return (
    <AccountPart
      title={t("account.passkeys")}
      {...(canAdd && { openLabel: t("account.passkeys.add") })}
      summary={
        <>
          <p>{t(canAdd ? "account.passkeys.text" : "account.passkeys.none")}</p>
          {passkeys.kind === "refused" && <p className="text-danger">{passkeys.sentence}</p>}
          {items.length > 0 && (
            <RemovableList
              label={t("account.passkeys")}
              items={items.map((passkey) => ({
                id: passkey.id,
                name: passkey.name ?? t("account.passkeys.unnamed"),
                removeLabel: t("account.passkeys.remove"),
                note: <PasskeyNote passkey={passkey} onRenamed={passkeys.reload} />,
              }))}
              onRemove={removePasskey}
              onRemoved={passkeys.reload}
            />
          )}
        </>
      }
    >
      {(close) => (
        <ServiceForm
          submitLabel={t("account.passkeys.submit")}
          pendingLabel={t("passkey.waiting")}
          check={findPasskeyNameProblem}
          onSubmit={(data) => addPasskey(readField(data, "name").trim())}
          onDone={() => {
            passkeys.reload();
            close();
            return "stays";
          }}
        >
          {(wrongField) => (
            <PasskeyNameField
              defaultValue={deviceName(navigator.userAgent)}
              isWrong={wrongField === "name"}
            />
          )}
        </ServiceForm>
      )}
    </AccountPart>
  );
}
