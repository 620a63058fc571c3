"use client";

import { EmojiPicker, type EmojiPickerListEmojiProps } from "frimousse";
import * as Dialog from "radix-ui/dialog";
import { useState } from "react";
import { cn } from "@/lib/cn";
import { useBackCloses } from "@/lib/use-back-closes";
import { useFocusReturn } from "@/lib/use-focus-return";
import { t } from "../language/t";
import { emojiLanguage } from "./emoji-language";
import {
  readRecentEmoji,
  readSkinTone,
  rememberEmoji,
  rememberSkinTone,
  SKIN_TONES,
  type SkinTone,
} from "./emoji-memory";

export type EmojiDialogProps = {
  onChoose: (emoji: string) => void;
  onClose: () => void;
  /** Beside the composer that it writes into, instead of in the middle. */
  isBesideComposer?: boolean;
};

const COLUMNS_MAX = 8;
const CELL_PX = 44;
/** What stands beside the cells: the dialog's padding and a scroll bar. */
const MARGIN_PX = 36;
const CELL =
  "grid size-11 place-items-center rounded-xl text-[22px] leading-none outline-offset-[-2px] hover:bg-hover";

/** Every emoji in every skin tone, by name, by subject and by last use; the arrow keys walk through them. */
export function EmojiDialog({ onChoose, onClose, isBesideComposer }: EmojiDialogProps) {
  useBackCloses(onClose);
  const returnFocus = useFocusReturn();
  const [search, setSearch] = useState("");
  const [tone, setTone] = useState(readSkinTone);
  const [columns] = useState(() =>
    Math.min(COLUMNS_MAX, Math.floor((window.innerWidth - MARGIN_PX) / CELL_PX)),
  );
  const choose = (emoji: string) => {
    rememberEmoji(emoji);
    onChoose(emoji);
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay
          className={cn("fixed inset-0 z-40 bg-scrim", isBesideComposer && "wide:bg-transparent")}
        />
        <Dialog.Content
          aria-describedby={undefined}
          // Beside the composer the field gets it, wherever it was.
          onCloseAutoFocus={isBesideComposer ? (event) => event.preventDefault() : returnFocus}
          className={cn(
            "fixed z-50 animate-appear bg-raised p-3 shadow-float",
            "wide:h-[420px] wide:w-[388px] wide:rounded-[22px]",
            isBesideComposer ? "wide:end-5 wide:bottom-[84px]" : "wide:inset-0 wide:m-auto",
            "max-wide:inset-x-0 max-wide:bottom-0 max-wide:h-[55dvh] max-wide:rounded-t-[24px] max-wide:pb-[env(safe-area-inset-bottom)]",
          )}
        >
          <Dialog.Title className="sr-only">{t("emoji.dialog")}</Dialog.Title>
          <EmojiPicker.Root
            emojibaseUrl="/emoji"
            locale={emojiLanguage()}
            columns={columns}
            skinTone={tone}
            onEmojiSelect={({ emoji }) => choose(emoji)}
            className="isolate flex h-full flex-col"
          >
            <div className="flex gap-2">
              <EmojiPicker.Search
                value={search}
                onChange={(event) => setSearch(event.target.value)}
                aria-label={t("emoji.search")}
                placeholder={t("emoji.search")}
                autoFocus
                className="h-11 min-w-0 flex-1 rounded-xl border border-line bg-surface px-3.5 text-preview outline-none placeholder:text-faint focus-visible:border-accent"
              />
              <ToneChoice tone={tone} onChoose={setTone} />
            </div>
            {search === "" && <RecentEmoji max={columns} onChoose={choose} />}
            <EmojiPicker.Viewport
              // Scrolled with the keyboard too: the emoji themselves are reached from the field.
              tabIndex={0}
              className="relative mt-1.5 min-h-0 flex-1 overscroll-contain outline-offset-[-2px]"
            >
              <EmojiPicker.Loading className="absolute inset-0 grid place-items-center text-meta text-muted">
                {t("emoji.loading")}
              </EmojiPicker.Loading>
              <EmojiPicker.Empty className="absolute inset-0 grid place-items-center text-meta text-muted">
                {t("emoji.none")}
              </EmojiPicker.Empty>
              <EmojiPicker.List
                className="select-none"
                components={{ CategoryHeader, Row, Emoji }}
              />
            </EmojiPicker.Viewport>
          </EmojiPicker.Root>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function ToneChoice({ tone, onChoose }: { tone: SkinTone; onChoose: (tone: SkinTone) => void }) {
  return (
    <EmojiPicker.SkinTone emoji="✋">
      {({ skinToneVariations, setSkinTone }) => (
        <label className="relative grid size-11 shrink-0 place-items-center rounded-xl border border-line text-[20px] has-focus-visible:border-accent">
          <span aria-hidden="true">
            {skinToneVariations.find(({ skinTone }) => skinTone === tone)?.emoji}
          </span>
          {/* The platform's own list: six choices need no other. */}
          <select
            aria-label={t("emoji.tone")}
            value={tone}
            onChange={(event) => {
              const next = event.target.value as SkinTone;
              setSkinTone(next);
              rememberSkinTone(next);
              onChoose(next);
            }}
            className="absolute inset-0 cursor-pointer opacity-0"
          >
            {skinToneVariations.map(({ skinTone, emoji }) => (
              <option key={skinTone} value={skinTone}>
                {emoji} {t(SKIN_TONES[skinTone as SkinTone])}
              </option>
            ))}
          </select>
        </label>
      )}
    </EmojiPicker.SkinTone>
  );
}

type RecentEmojiProps = { max: number; onChoose: (emoji: string) => void };

function RecentEmoji({ max, onChoose }: RecentEmojiProps) {
  const [recent] = useState(() => readRecentEmoji().slice(0, max));
  if (recent.length === 0) return null;
  return (
    <section aria-label={t("emoji.recent")} className="mt-1.5 flex">
      {recent.map((emoji) => (
        <button
          key={emoji}
          type="button"
          aria-label={emoji}
          onClick={() => onChoose(emoji)}
          className={CELL}
        >
          <span aria-hidden="true">{emoji}</span>
        </button>
      ))}
    </section>
  );
}

function CategoryHeader({ category, ...rest }: { category: { label: string } }) {
  return (
    <div {...rest} className="bg-raised px-1.5 pt-2 pb-1 text-caption font-semibold text-muted">
      {category.label}
    </div>
  );
}

function Row(props: React.ComponentProps<"div">) {
  return <div {...countedFromOne(props)} className="flex" />;
}

/** The library counts rows and columns from zero; ARIA counts them from one. */
function countedFromOne<Props extends React.AriaAttributes>(props: Props): Props {
  const counted = { ...props };
  for (const name of ["aria-rowindex", "aria-colindex"] as const) {
    const index = counted[name];
    if (index !== undefined) counted[name] = index + 1;
  }
  return counted;
}

function Emoji({ emoji, ...rest }: EmojiPickerListEmojiProps) {
  return (
    <button
      type="button"
      {...countedFromOne(rest)}
      aria-label={emoji.label}
      title={emoji.label}
      className={cn(CELL, emoji.isActive && "bg-hover")}
    >
      <span aria-hidden="true">{emoji.emoji}</span>
    </button>
  );
}
