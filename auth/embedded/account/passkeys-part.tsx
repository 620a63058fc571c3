"use client";

import { TextField } from "@/components/ui/text-field";
import { formatMoment } from "@/lib/dates";
import { addPasskey, type Passkey, removePasskey } from "../passkeys";
import { readField, ServiceForm } from "../service-form";
import { useAnswer } from "../use-answer";
import { useCanUsePasskeys } from "../use-can-use-passkeys";
import { AccountPart } from "./account-part";
import { deviceName } from "./device-name";
import { RemovableList } from "./removable-list";

const NAME_LENGTH_MAX = 60;

/** Keys that devices keep, which sign in without a password. */
export function PasskeysPart() {
  const passkeys = useAnswer<Passkey[]>("passkey/list-user-passkeys");
  const canAdd = useCanUsePasskeys();
  const items = passkeys.kind === "here" ? passkeys.value : [];
  return (
    <AccountPart
      title="Passkeys"
      {...(canAdd && { openLabel: "Add a passkey" })}
      summary={
        <>
          <p>
            {canAdd
              ? "Sign in with your fingerprint, your face or a security key instead of a password."
              : "This browser has none for this page: they need an https address."}
          </p>
          {passkeys.kind === "refused" && <p className="text-danger">{passkeys.sentence}</p>}
          {items.length > 0 && (
            <RemovableList
              label="Passkeys"
              items={items.map(({ id, name, createdAt }) => ({
                ...{ id, name: name ?? "Passkey", removeLabel: "Remove" },
                note: createdAt ? `Added ${formatMoment(Date.parse(createdAt))}` : null,
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
          submitLabel="Add"
          pendingLabel="Waiting for the device…"
          check={(data) =>
            readField(data, "name").trim() === ""
              ? { field: "name", sentence: "Give it a name by which you know it again." }
              : null
          }
          onSubmit={(data) => addPasskey(readField(data, "name").trim())}
          onDone={() => {
            passkeys.reload();
            close();
            return "stays";
          }}
        >
          {(wrongField) => (
            <TextField
              label="Name"
              name="name"
              autoComplete="off"
              defaultValue={deviceName(navigator.userAgent)}
              maxLength={NAME_LENGTH_MAX}
              aria-invalid={wrongField === "name" || undefined}
            />
          )}
        </ServiceForm>
      )}
    </AccountPart>
  );
}
