"use client";

import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { t } from "@/features/language/t";
import { signInWithOfferedPasskey, signInWithPasskey } from "./passkeys";
import { useCanUsePasskeys } from "./use-can-use-passkeys";

/** Signs in without a password, where the browser can. */
export function PasskeySignIn({ onDone }: { onDone: () => void }) {
  const canUse = useCanUsePasskeys();
  const [isPending, setIsPending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  /** A press takes the place of what the browser offers; when it comes to nothing, that is offered anew. */
  const [presses, setPresses] = useState(0);
  const leave = useRef(onDone);
  leave.current = onDone;

  // biome-ignore lint/correctness/useExhaustiveDependencies: every press that failed starts it again.
  useEffect(() => {
    if (!canUse) return;
    let isOver = false;
    void signInWithOfferedPasskey().then((outcome) => {
      if (isOver || outcome === null) return;
      if (outcome.ok) leave.current();
      else setRefusal(outcome.sentence);
    });
    return () => {
      isOver = true;
    };
  }, [canUse, presses]);

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
    setPresses((count) => count + 1);
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
