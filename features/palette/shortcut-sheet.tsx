"use client";

import { X } from "lucide-react";
import * as Dialog from "radix-ui/dialog";
import { Fragment, type RefObject } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { useBackCloses } from "@/lib/use-back-closes";
import { t } from "../language/t";
import { isApple, SHORTCUTS } from "./shortcuts";

export type ShortcutSheetProps = {
  onClose: () => void;
  returnFocusTo: RefObject<HTMLElement | null>;
};

/** Every key that does something. */
export function ShortcutSheet({ onClose, returnFocusTo }: ShortcutSheetProps) {
  useBackCloses(onClose);
  const names: Record<string, string> = isApple() ? { mod: "⌘", Alt: "⌥" } : { mod: "Ctrl" };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            returnFocusTo.current?.focus();
          }}
          className="fixed z-50 max-h-[88dvh] animate-appear overflow-y-auto bg-raised shadow-float wide:inset-0 wide:m-auto wide:h-fit wide:w-[460px] wide:rounded-[24px] max-wide:inset-x-0 max-wide:bottom-0 max-wide:rounded-t-[24px] max-wide:pb-[env(safe-area-inset-bottom)]"
        >
          <header className="flex items-center justify-between ps-6 pe-3 pt-3">
            <Dialog.Title className="text-[18px] font-title">{t("shortcuts.title")}</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label={t("close")}>
                <X size={20} aria-hidden="true" />
              </IconButton>
            </Dialog.Close>
          </header>
          <dl className="px-6 pt-1 pb-5">
            {SHORTCUTS.map(({ text, keys }) => (
              <div
                key={text}
                className="flex min-h-11 items-center justify-between gap-4 border-line not-last:border-b"
              >
                <dt className="text-preview">{t(text)}</dt>
                <dd className="flex shrink-0 items-center gap-1">
                  {keys.map((key, index) => (
                    <Fragment key={key}>
                      {index > 0 && <span className="sr-only"> + </span>}
                      <kbd className="grid h-7 min-w-7 place-content-center rounded-lg border border-line bg-surface px-1.5 font-sans text-meta text-muted">
                        {names[key] ?? key}
                      </kbd>
                    </Fragment>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
