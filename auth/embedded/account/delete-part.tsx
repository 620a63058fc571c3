"use client";

import Link from "next/link";
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
        title="Delete my account"
        summary={
          <p>
            You are the last owner of this server.{" "}
            <Link href="/admin" className="font-semibold text-accent hover:underline">
              Make somebody else an owner
            </Link>{" "}
            first.
          </p>
        }
      />
    );
  }
  return (
    <AccountPart
      title="Delete my account"
      summary="For good. What you wrote stays with those you wrote to, without your name."
      openLabel="Delete my account"
    >
      {() => (
        <ServiceForm
          submitLabel="Delete for good"
          submitVariant="danger"
          pendingLabel="Deleting…"
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
              <p className="text-preview text-muted">
                You leave your groups, and are signed out everywhere. Nobody can bring the account
                back, not even who runs this server.
              </p>
              {account.hasPassword && <OwnPasswordField isWrong={wrongField === "ownPassword"} />}
            </>
          )}
        </ServiceForm>
      )}
    </AccountPart>
  );
}
