"use client";

import { CircleAlert } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { refusalOf } from "@/shared/error-codes";
import { errorText } from "../language/error-text";
import { t } from "../language/t";

/** What a call that failed says to a person: the refusal's own sentence, or that something went wrong. */
export function sentenceOf(error: unknown): string {
  const refusal = refusalOf(error);
  return refusal ? errorText(refusal.code, refusal) : t("error.title");
}

/** Stands where a panel failed, and offers to try again. */
export function PanelError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const refusal = refusalOf(error);
  // The moment between signing out and leaving the page is no failure.
  if (refusal?.code === "unauthenticated") return null;
  return (
    <div role="alert" className="min-h-0 flex-1">
      <Notice
        icon={<CircleAlert size={26} strokeWidth={1.8} aria-hidden="true" />}
        title={t("error.title")}
        text={refusal ? errorText(refusal.code, refusal) : t("error.text")}
        action={<Button onClick={onRetry}>{t("error.retry")}</Button>}
      />
    </div>
  );
}
