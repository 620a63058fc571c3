"use client";

import * as AlertDialog from "radix-ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { t } from "../language/t";

/** Asks once before a message is deleted for everybody. */
export function DeleteDialog(props: { onCancel: () => void; onConfirm: () => void }) {
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && props.onCancel()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <AlertDialog.Content className="fixed inset-0 z-50 m-auto h-fit w-[min(360px,calc(100vw-32px))] animate-appear rounded-[20px] bg-raised p-5 shadow-float">
          <AlertDialog.Title className="text-title font-title">
            {t("delete.title")}
          </AlertDialog.Title>
          <AlertDialog.Description className="mt-1 text-preview text-muted">
            {t("delete.text")}
          </AlertDialog.Description>
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialog.Cancel asChild>
              <Button variant="quiet">{t("cancel")}</Button>
            </AlertDialog.Cancel>
            <AlertDialog.Action asChild>
              <Button variant="danger" onClick={props.onConfirm}>
                {t("delete.confirm")}
              </Button>
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
