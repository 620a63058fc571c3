"use client";

import * as AlertDialog from "radix-ui/alert-dialog";
import { useBackCloses } from "@/lib/use-back-closes";
import { useFocusReturn } from "@/lib/use-focus-return";
import { Button } from "./button";

export type ConfirmDialogProps = {
  title: string;
  text: string;
  confirm: string;
  cancel: string;
  onCancel: () => void;
  onConfirm: () => void;
  /** Where the focus goes afterwards, when what opened it is gone. */
  onCloseAutoFocus?: (event: Event) => void;
};

/** Asks once before something that cannot be taken back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  useBackCloses(props.onCancel);
  const returnFocus = useFocusReturn(props.onCloseAutoFocus);
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && props.onCancel()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <AlertDialog.Content
          onCloseAutoFocus={returnFocus}
          className="fixed inset-0 z-50 m-auto h-fit w-[min(380px,calc(100vw-32px))] animate-appear rounded-[20px] bg-raised p-5 shadow-float"
        >
          <AlertDialog.Title className="text-title font-title wrap-anywhere">
            {props.title}
          </AlertDialog.Title>
          <AlertDialog.Description className="mt-1 text-preview text-muted">
            {props.text}
          </AlertDialog.Description>
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialog.Cancel asChild>
              <Button variant="quiet">{props.cancel}</Button>
            </AlertDialog.Cancel>
            <AlertDialog.Action asChild>
              <Button variant="danger" onClick={props.onConfirm}>
                {props.confirm}
              </Button>
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
