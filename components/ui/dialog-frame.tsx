"use client";

import { X } from "lucide-react";
import * as Dialog from "radix-ui/dialog";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { useBackCloses } from "@/lib/use-back-closes";
import { useFocusReturn } from "@/lib/use-focus-return";
import { IconButton } from "./icon-button";

export type DialogFrameProps = {
  title: string;
  closeLabel: string;
  onClose: () => void;
  onCloseAutoFocus?: (event: Event) => void;
  className?: string;
  children: ReactNode;
};

/** A dialog in the middle of a wide screen; on a phone it is a sheet over its lower end. */
export function DialogFrame(props: DialogFrameProps) {
  useBackCloses(props.onClose);
  const returnFocus = useFocusReturn(props.onCloseAutoFocus);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && props.onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={returnFocus}
          className={cn(
            "fixed z-50 flex animate-appear flex-col bg-raised shadow-float",
            "wide:inset-0 wide:m-auto wide:h-fit wide:max-h-[min(640px,88dvh)] wide:w-[420px] wide:rounded-[24px]",
            "max-wide:inset-x-0 max-wide:bottom-0 max-wide:max-h-[88dvh] max-wide:rounded-t-[24px] max-wide:pb-[env(safe-area-inset-bottom)]",
            props.className,
          )}
        >
          <header className="flex shrink-0 items-center justify-between ps-5 pe-3 pt-3 pb-1">
            <Dialog.Title className="text-[18px] font-title">{props.title}</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label={props.closeLabel}>
                <X size={20} aria-hidden="true" />
              </IconButton>
            </Dialog.Close>
          </header>
          {props.children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
