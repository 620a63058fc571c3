"use client";

import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { t } from "@/features/language/t";
import { usePublicConfig } from "../../use-identity";
import { sentenceFor } from "../refusal-text";
import { readField, ServiceForm } from "../service-form";
import { post } from "../service-request";
import type { AccountFacts } from "./account-facts";
import { AccountPart } from "./account-part";
import { checkOwnPassword, OwnPasswordField } from "./password-field";

type PartsProps = { account: AccountFacts; onChanged: () => void };

/** The services elsewhere that the server knows, each connected to this account or not. */
export function ProviderParts({ account, onChanged }: PartsProps) {
  const { providers } = usePublicConfig();
  const refused = useSearchParams().get("refused");
  return (
    <>
      <div role="alert" className="empty:hidden">
        {refused && (
          <p className="mt-3 rounded-xl bg-danger-soft px-3.5 py-2.5 text-preview font-medium text-danger">
            {sentenceFor(refused)}
          </p>
        )}
      </div>
      {providers.map((provider) =>
        account.providers.includes(provider.id) ? (
          <Connected key={provider.id} {...provider} onChanged={onChanged} />
        ) : (
          <Unconnected key={provider.id} {...provider} hasPassword={account.hasPassword} />
        ),
      )}
    </>
  );
}

function Connected({ id, name, onChanged }: { id: string; name: string; onChanged: () => void }) {
  const [isPending, setIsPending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  async function disconnect() {
    setIsPending(true);
    const outcome = await post("provider/disconnect", { provider: id });
    setIsPending(false);
    setRefusal(outcome.ok ? null : outcome.sentence);
    if (outcome.ok) onChanged();
  }
  return (
    <AccountPart
      title={t("account.provider", { name })}
      summary={
        <>
          <p>{t("account.provider.on")}</p>
          <p role="alert" className="font-medium text-danger empty:hidden">
            {refusal}
          </p>
          <Button
            variant="quiet"
            className="mt-2 border border-line"
            disabled={isPending}
            onClick={() => void disconnect()}
          >
            {t("account.provider.disconnect")}
          </Button>
        </>
      }
    />
  );
}

function Unconnected(props: { id: string; name: string; hasPassword: boolean }) {
  const { id, name, hasPassword } = props;
  return (
    <AccountPart
      title={t("account.provider", { name })}
      summary={t("account.provider.off")}
      openLabel={t("account.provider.connect")}
    >
      {() => (
        <ServiceForm<{ url: string }>
          submitLabel={t("entrance.with", { name })}
          pendingLabel={t("entrance.signIn.pending")}
          check={(data) => (hasPassword ? checkOwnPassword(data) : null)}
          onSubmit={(data) =>
            post("provider/connect", {
              provider: id,
              ...(hasPassword && { password: readField(data, "ownPassword") }),
            })
          }
          onDone={({ url }) => {
            window.location.assign(url);
            return "leaves";
          }}
        >
          {(wrongField) =>
            hasPassword && <OwnPasswordField isWrong={wrongField === "ownPassword"} />
          }
        </ServiceForm>
      )}
    </AccountPart>
  );
}
