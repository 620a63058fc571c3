"use client";

import * as AlertDialog from "radix-ui/alert-dialog";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { t } from "@/features/language/t";
import { useBackCloses } from "@/lib/use-back-closes";
import { useFocusReturn } from "@/lib/use-focus-return";
import type { ServiceOutcome } from "../service-request";

/** Asks once before something that cannot be taken back, and stays open while it is refused. */
export function ConfirmDialog(props: {
  title: string;
  text: string;
  confirmLabel: string;
  onConfirm: () => Promise<ServiceOutcome>;
  onClose: (isDone: boolean) => void;
}) {
  useBackCloses(() => props.onClose(false));
  const returnFocus = useFocusReturn();
  const [isPending, setIsPending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  async function confirm() {
    setIsPending(true);
    const outcome = await props.onConfirm();
    if (outcome.ok) {
      props.onClose(true);
      return;
    }
    setIsPending(false);
    setRefusal(outcome.sentence);
  }

  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && props.onClose(false)}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <AlertDialog.Content
          onCloseAutoFocus={returnFocus}
          className="fixed inset-0 z-50 m-auto h-fit w-[min(400px,calc(100vw-32px))] animate-appear rounded-[20px] bg-raised p-5 shadow-float"
        >
          <AlertDialog.Title className="text-title font-title [overflow-wrap:anywhere]">
            {props.title}
          </AlertDialog.Title>
          <AlertDialog.Description className="mt-1 text-preview text-muted">
            {props.text}
          </AlertDialog.Description>
          <div role="alert" className="empty:hidden">
            {refusal && <p className="mt-3 text-preview font-medium text-danger">{refusal}</p>}
          </div>
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialog.Cancel asChild>
              <Button variant="quiet">{t("account.cancel")}</Button>
            </AlertDialog.Cancel>
            <Button variant="danger" disabled={isPending} onClick={() => void confirm()}>
              {props.confirmLabel}
            </Button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
