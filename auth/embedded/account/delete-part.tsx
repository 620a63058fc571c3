"use client";

import Link from "next/link";
import { t } from "@/features/language/t";
import { leavePage } from "../../leave-page";
import { readField, ServiceForm } from "../service-form";
import { post } from "../service-request";
import type { AccountFacts } from "./account-facts";
import { AccountPart } from "./account-part";
import { checkOwnPassword, OwnPasswordField } from "./password-field";

/** The end of an account, with what stays and what goes said before. */
export function DeletePart({ account }: { account: AccountFacts }) {
  if (account.isLastOwner) {
    return (
      <AccountPart
        title={t("account.delete")}
        summary={
          <p>
            {t("account.delete.lastOwner")}{" "}
            <Link href="/admin" className="font-semibold text-accent hover:underline">
              {t("account.delete.handOver")}
            </Link>
          </p>
        }
      />
    );
  }
  return (
    <AccountPart
      title={t("account.delete")}
      summary={t("account.delete.summary")}
      openLabel={t("account.delete")}
    >
      {() => (
        <ServiceForm
          submitLabel={t("account.delete.submit")}
          submitVariant="danger"
          pendingLabel={t("account.delete.pending")}
          check={(data) => (account.hasPassword ? checkOwnPassword(data) : null)}
          onSubmit={(data) =>
            post(
              "delete-user",
              account.hasPassword ? { password: readField(data, "ownPassword") } : {},
            )
          }
          onDone={() => {
            leavePage(() => window.location.assign("/sign-in"));
            return "leaves";
          }}
        >
          {(wrongField) => (
            <>
              <p className="text-preview text-muted">{t("account.delete.text")}</p>
              {account.hasPassword && <OwnPasswordField isWrong={wrongField === "ownPassword"} />}
            </>
          )}
        </ServiceForm>
      )}
    </AccountPart>
  );
}
