"use client";

import * as Dialog from "radix-ui/dialog";
import { type KeyboardEvent, useRef, useState } from "react";
import { SearchField } from "@/components/ui/search-field";
import { cn } from "@/lib/cn";
import { t } from "../language/t";
import { searchEmoji } from "./emoji-groups";

export type EmojiDialogProps = {
  onChoose: (emoji: string) => void;
  onClose: () => void;
  /** Beside the composer that it writes into, instead of in the middle. */
  isBesideComposer?: boolean;
};

const COLUMNS = 8;

/** A searchable sheet of emoji; the arrow keys walk through it. */
export function EmojiDialog({ onChoose, onClose, isBesideComposer }: EmojiDialogProps) {
  const [search, setSearch] = useState("");
  const grid = useRef<HTMLDivElement>(null);
  const groups = searchEmoji(search);

  function walk(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (step === undefined || !grid.current) return;
    const buttons = [...grid.current.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (at < 0 && event.key !== "ArrowDown") return;
    event.preventDefault();
    buttons[at < 0 ? 0 : Math.min(buttons.length - 1, Math.max(0, at + step))]?.focus();
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay
          className={cn("fixed inset-0 z-40 bg-scrim", isBesideComposer && "wide:bg-transparent")}
        />
        <Dialog.Content
          aria-describedby={undefined}
          onKeyDown={walk}
          className={cn(
            "fixed z-50 flex animate-appear flex-col bg-raised p-3 shadow-float",
            "wide:h-[400px] wide:w-[372px] wide:rounded-[22px]",
            isBesideComposer ? "wide:end-5 wide:bottom-[84px]" : "wide:inset-0 wide:m-auto",
            "max-wide:inset-x-0 max-wide:bottom-0 max-wide:h-[55dvh] max-wide:rounded-t-[24px] max-wide:pb-[env(safe-area-inset-bottom)]",
          )}
        >
          <Dialog.Title className="sr-only">{t("emoji.dialog")}</Dialog.Title>
          <SearchField
            label={t("emoji.search")}
            clearLabel={t("people.clear")}
            value={search}
            onChange={setSearch}
            autoFocus
          />
          <div ref={grid} className="mt-2 min-h-0 flex-1 overflow-y-auto overscroll-contain">
            {groups.map(({ name, emoji }) => (
              <section key={name} aria-label={name}>
                <h3 className="px-1.5 pt-2 pb-1 text-caption font-semibold text-muted">{name}</h3>
                <div className="grid grid-cols-8">
                  {emoji.map(([one, words]) => (
                    <button
                      key={one}
                      type="button"
                      aria-label={`${one} ${words}`}
                      onClick={() => onChoose(one)}
                      className="grid aspect-square min-h-10 place-items-center rounded-xl text-[22px] outline-offset-[-2px] hover:bg-hover"
                    >
                      <span aria-hidden="true">{one}</span>
                    </button>
                  ))}
                </div>
              </section>
            ))}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
