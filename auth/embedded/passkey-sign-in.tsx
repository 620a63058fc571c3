"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { t } from "@/features/language/t";
import { signInWithPasskey } from "./passkeys";
import { useCanUsePasskeys } from "./use-can-use-passkeys";

/** Signs in without a password, where the browser can. */
export function PasskeySignIn({ onDone }: { onDone: () => void }) {
  const canUse = useCanUsePasskeys();
  const [isPending, setIsPending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  if (!canUse) return null;

  async function signIn() {
    setIsPending(true);
    setRefusal(null);
    const outcome = await signInWithPasskey();
    if (outcome.ok) {
      onDone();
      return;
    }
    setIsPending(false);
    setRefusal(outcome.sentence);
  }

  return (
    <>
      <div role="alert" className="empty:hidden">
        {refusal && (
          <p className="rounded-xl bg-danger-soft px-3.5 py-2.5 text-preview font-medium text-danger">
            {refusal}
          </p>
        )}
      </div>
      <Button
        variant="quiet"
        wide
        className="border border-line"
        disabled={isPending}
        aria-busy={isPending}
        onClick={() => void signIn()}
      >
        {t(isPending ? "passkey.waiting" : "entrance.passkey")}
      </Button>
    </>
  );
}
