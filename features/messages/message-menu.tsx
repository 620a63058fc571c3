"use client";

import { CircleCheck, Copy, Flag, Info, Pencil, Reply, SmilePlus, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import * as Menu from "radix-ui/dropdown-menu";
import { type ReactNode, useRef, useState } from "react";
import { cn } from "@/lib/cn";
import { copyText } from "@/lib/copy-text";
import { useBackCloses } from "@/lib/use-back-closes";
import { t } from "../language/t";
import type { ChatMessage } from "./chat-message";
import type { MessageActs } from "./message-acts";
import { QUICK_REACTIONS } from "./reaction-groups";
import type { MessageChanges } from "./use-message-changes";

const EmojiDialog = dynamic(
  () => import("../emoji/emoji-dialog").then((room) => room.EmojiDialog),
  { loading: () => null },
);

export type MessageMenuProps = {
  message: ChatMessage & { id: string };
  canEdit: boolean;
  canDelete: boolean;
  changes: MessageChanges;
  acts: MessageActs;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  button: ReactNode;
};

const ITEM =
  "flex min-h-10 items-center gap-3 rounded-[10px] px-3 text-preview outline-none select-none data-highlighted:bg-hover touch:min-h-11";

/** What can be done with a stored message. */
export function MessageMenu(props: MessageMenuProps) {
  const { message, canEdit, canDelete, changes, acts } = props;
  const { id: messageId, content } = message;
  useBackCloses(() => props.onOpenChange(false), props.isOpen);
  const [asking, setAsking] = useState<"emoji" | null>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  /** What was begun has taken the focus, which must not come back here. */
  const hasBegun = useRef(false);
  const begin = (act: (message: ChatMessage) => void) => {
    hasBegun.current = true;
    // A dialog gives the focus back to where it was when it opened.
    trigger.current?.focus();
    act(message);
  };
  return (
    <>
      <Menu.Root open={props.isOpen} onOpenChange={props.onOpenChange} modal={false}>
        <Menu.Trigger ref={trigger} asChild>
          {props.button}
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content
            // Own bubbles stand at the end, everybody else's at the start: away from the list.
            align={canEdit ? "end" : "start"}
            sideOffset={4}
            collisionPadding={12}
            // Editing, answering and the dialogs take the focus themselves.
            onCloseAutoFocus={(event) => {
              if (asking !== null || hasBegun.current) event.preventDefault();
              hasBegun.current = false;
            }}
            className="z-30 max-h-(--radix-dropdown-menu-content-available-height) min-w-52 animate-appear overflow-y-auto rounded-2xl bg-raised p-1.5 shadow-float"
          >
            <Menu.Group className="flex border-b border-line pb-1.5 mb-1.5">
              {QUICK_REACTIONS.map((emoji) => (
                <Menu.Item
                  key={emoji}
                  aria-label={t("message.react", { emoji })}
                  onSelect={() => changes.react(messageId, emoji)}
                  className="grid size-10 place-items-center rounded-full text-[20px] outline-none data-highlighted:bg-hover touch:size-11"
                >
                  <span aria-hidden="true">{emoji}</span>
                </Menu.Item>
              ))}
              <Menu.Item
                aria-label={t("message.moreReactions")}
                onSelect={() => {
                  trigger.current?.focus();
                  setAsking("emoji");
                }}
                className="grid size-10 place-items-center rounded-full text-muted outline-none data-highlighted:bg-hover touch:size-11"
              >
                <SmilePlus size={19} aria-hidden="true" />
              </Menu.Item>
            </Menu.Group>
            <Menu.Item className={ITEM} onSelect={() => begin(acts.reply)}>
              <Reply size={17} aria-hidden="true" className="text-muted rtl:-scale-x-100" />
              {t("message.reply")}
            </Menu.Item>
            <Menu.Item className={ITEM} onSelect={() => copyText(content)}>
              <Copy size={17} aria-hidden="true" className="text-muted" />
              {t("message.copy")}
            </Menu.Item>
            {canEdit && (
              <Menu.Item className={ITEM} onSelect={() => begin(acts.edit)}>
                <Pencil size={17} aria-hidden="true" className="text-muted" />
                {t("message.edit")}
              </Menu.Item>
            )}
            <Menu.Item
              className={ITEM}
              onSelect={() => begin((message) => acts.select(message, false))}
            >
              <CircleCheck size={17} aria-hidden="true" className="text-muted" />
              {t("message.select")}
            </Menu.Item>
            {canEdit && (
              <Menu.Item className={ITEM} onSelect={() => begin(acts.showInfo)}>
                <Info size={17} aria-hidden="true" className="text-muted" />
                {t("info.title")}
              </Menu.Item>
            )}
            {!canEdit && (
              <Menu.Item className={ITEM} onSelect={() => begin(acts.report)}>
                <Flag size={17} aria-hidden="true" className="text-muted" />
                {t("report.open")}
              </Menu.Item>
            )}
            {canDelete && (
              <Menu.Item
                className={cn(ITEM, "text-danger data-highlighted:bg-danger-soft")}
                onSelect={() => begin(acts.remove)}
              >
                <Trash2 size={17} aria-hidden="true" />
                {t("message.delete")}
              </Menu.Item>
            )}
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      {asking === "emoji" && (
        <EmojiDialog
          onClose={() => setAsking(null)}
          onChoose={(emoji) => {
            setAsking(null);
            changes.react(messageId, emoji);
          }}
        />
      )}
    </>
  );
}
