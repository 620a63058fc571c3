"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { t } from "@/features/language/t";
import { resendVerification } from "./service-client";

/** For whose mail has not arrived. */
export function ResendMail({ email }: { email: string }) {
  const [isPending, setIsPending] = useState(false);
  const [sentence, setSentence] = useState("");

  async function resend() {
    setIsPending(true);
    setSentence("");
    const outcome = await resendVerification(email);
    setIsPending(false);
    setSentence(outcome.ok ? t("entrance.resent") : outcome.sentence);
  }

  return (
    <>
      <Button disabled={isPending} onClick={() => void resend()}>
        {t("entrance.resend")}
      </Button>
      <p role="status" className="mt-2 text-preview text-muted empty:hidden">
        {sentence}
      </p>
    </>
  );
}
