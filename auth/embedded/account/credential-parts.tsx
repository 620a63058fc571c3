"use client";

import { useState } from "react";
import { TextField } from "@/components/ui/text-field";
import { t } from "@/features/language/t";
import { personNameMaxUnits } from "@/shared/limits";
import { useCheckSession } from "../../use-identity";
import { EmailField, NewPasswordField } from "../credential-fields";
import { findCredentialProblem, findNewPasswordProblem } from "../credentials";
import { readField, ServiceForm } from "../service-form";
import { post } from "../service-request";
import type { AccountFacts } from "./account-facts";
import { AccountPart } from "./account-part";
import { checkOwnPassword, OwnPasswordField } from "./password-field";
import { reloadDone } from "./reload-done";

type PartProps = { account: AccountFacts; onChanged: () => void };

/** Stand in for what a form does not ask for, where the rules are those of a whole sign-up. */
const GOOD = { name: "Name", email: "name@example.org", password: "long enough" };

export function NamePart({ account, onChanged }: PartProps) {
  // The name that the page shows comes from the token.
  const checkSession = useCheckSession();
  return (
    <AccountPart
      title={t("entrance.name")}
      summary={<bdi>{account.name}</bdi>}
      openLabel={t("account.name.change")}
    >
      {(close) => (
        <ServiceForm
          submitLabel={t("status.save")}
          pendingLabel={t("account.saving")}
          check={(data) =>
            findCredentialProblem("sign-up", { ...GOOD, name: readField(data, "name") })
          }
          onSubmit={(data) => post("update-user", { name: readField(data, "name") })}
          onDone={() => {
            checkSession();
            onChanged();
            close();
            return "stays";
          }}
        >
          {(wrongField) => (
            <TextField
              label={t("entrance.name")}
              name="name"
              autoComplete="name"
              defaultValue={account.name}
              maxLength={personNameMaxUnits}
              required
              aria-invalid={wrongField === "name" || undefined}
            />
          )}
        </ServiceForm>
      )}
    </AccountPart>
  );
}

export function EmailPart({ account, onChanged }: PartProps) {
  const checkSession = useCheckSession();
  const [mailedTo, setMailedTo] = useState<string | null>(null);
  return (
    <AccountPart
      title={t("account.email")}
      openLabel={t("account.email.change")}
      summary={
        <>
          <bdi>{account.email}</bdi>
          {mailedTo && <p role="status">{t("account.email.mailed", { email: mailedTo })}</p>}
        </>
      }
    >
      {(close) => (
        <ServiceForm
          submitLabel={t("account.email.change")}
          pendingLabel={t("entrance.reset.pending")}
          check={(data) =>
            findCredentialProblem("sign-up", { ...GOOD, email: readField(data, "email") }) ??
            checkOwnPassword(data)
          }
          onSubmit={async (data) => {
            const newEmail = readField(data, "email");
            const password = readField(data, "ownPassword");
            const outcome = await post("change-email", { newEmail, password });
            return outcome.ok ? { ok: true, next: newEmail } : outcome;
          }}
          onDone={(newEmail: string) => {
            if (account.canSendMail) setMailedTo(newEmail);
            checkSession();
            onChanged();
            close();
            return "stays";
          }}
        >
          {(wrongField) => (
            <>
              <EmailField label={t("account.email.new")} isWrong={wrongField === "email"} />
              <OwnPasswordField isWrong={wrongField === "ownPassword"} />
            </>
          )}
        </ServiceForm>
      )}
    </AccountPart>
  );
}

export function PasswordPart({ account }: Pick<PartProps, "account">) {
  return (
    <AccountPart
      title={t("entrance.password")}
      summary={t("account.password.summary")}
      openLabel={t("entrance.reset.submit")}
    >
      {() => (
        <ServiceForm
          submitLabel={t("entrance.reset.submit")}
          pendingLabel={t("entrance.reset.pending")}
          check={(data) =>
            checkOwnPassword(data) ?? findNewPasswordProblem(readField(data, "password"), account)
          }
          onSubmit={(data) =>
            post("change-password", {
              currentPassword: readField(data, "ownPassword"),
              newPassword: readField(data, "password"),
            })
          }
          onDone={() => reloadDone("password")}
        >
          {(wrongField) => (
            <>
              <OwnPasswordField
                label={t("account.password.current")}
                isWrong={wrongField === "ownPassword"}
              />
              <NewPasswordField
                label={t("entrance.newPassword")}
                isWrong={wrongField === "password"}
              />
            </>
          )}
        </ServiceForm>
      )}
    </AccountPart>
  );
}
