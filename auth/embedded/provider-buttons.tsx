"use client";

import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { t } from "@/features/language/t";
import { usePublicConfig } from "../use-identity";
import { sentenceFor } from "./refusal-text";
import { type SignUpTokens, startWithProvider } from "./service-client";
import { useIsHydrated } from "./use-is-hydrated";

/** The services elsewhere that people may sign in with, and what came of going to one of them. */
export function ProviderButtons({
  redirectTo,
  tokens = {},
}: {
  redirectTo: string;
  tokens?: SignUpTokens;
}) {
  const { providers } = usePublicConfig();
  const refused = useSearchParams().get("refused");
  const isReady = useIsHydrated();
  const [isPending, setIsPending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const sentence = refusal ?? (refused === null ? null : sentenceFor(refused));

  async function leave(provider: string) {
    setIsPending(true);
    const outcome = await startWithProvider(provider, redirectTo, tokens);
    if (outcome.ok) {
      window.location.assign(outcome.next.url);
      return;
    }
    setIsPending(false);
    setRefusal(outcome.sentence);
  }

  return (
    <>
      <div role="alert" className="empty:hidden">
        {sentence && (
          <p className="rounded-xl bg-danger-soft px-3.5 py-2.5 text-preview font-medium text-danger">
            {sentence}
          </p>
        )}
      </div>
      {providers.map(({ id, name }) => (
        <Button
          key={id}
          variant="quiet"
          wide
          className="border border-line"
          disabled={!isReady || isPending}
          onClick={() => void leave(id)}
        >
          {t("entrance.with", { name })}
        </Button>
      ))}
    </>
  );
}
