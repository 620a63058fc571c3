"use client";

import {
  Ban,
  Eraser,
  Flag,
  LogOut,
  MailOpen,
  MessageCircleDashed,
  Trash2,
  Undo2,
} from "lucide-react";
import * as Menu from "radix-ui/dropdown-menu";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { useBackCloses } from "@/lib/use-back-closes";
import { t } from "../language/t";
import type { ConversationRowProps } from "./conversation-row";
import type { ConversationAct } from "./use-conversation-acts";

export type ConversationMenuProps = {
  row: ConversationRowProps;
  at: { x: number; y: number };
  returnFocusTo: HTMLElement | null;
  onAct: (act: ConversationAct) => void;
  onClose: () => void;
};

/** What can be done with a conversation of the list, where it was asked for. */
export function ConversationMenu({
  row,
  at,
  returnFocusTo,
  onAct,
  onClose,
}: ConversationMenuProps) {
  useBackCloses(onClose);
  const item = (act: ConversationAct, icon: ReactNode, text: string, isGrave = false) => (
    <Menu.Item
      onSelect={() => {
        // A question gives the focus back to where it was when it was asked.
        returnFocusTo?.focus();
        onAct(act);
      }}
      className={cn(
        "flex min-h-10 items-center gap-3 rounded-[10px] px-3 text-preview outline-none select-none data-highlighted:bg-hover touch:min-h-11 [&>svg]:size-[17px] [&>svg]:text-muted",
        isGrave && "text-danger data-highlighted:bg-danger-soft [&>svg]:text-danger",
      )}
    >
      {icon}
      {text}
    </Menu.Item>
  );
  return (
    <Menu.Root open modal={false} onOpenChange={(open) => !open && onClose()}>
      <Menu.Trigger asChild>
        <span aria-hidden="true" className="fixed size-0" style={{ left: at.x, top: at.y }} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content
          align="start"
          sideOffset={2}
          collisionPadding={12}
          aria-label={t("row.menu")}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            returnFocusTo?.focus();
          }}
          className="z-30 max-h-(--radix-dropdown-menu-content-available-height) min-w-56 animate-appear overflow-y-auto rounded-2xl bg-raised p-1.5 shadow-float"
        >
          {row.unreadCount > 0
            ? item("read", <MailOpen aria-hidden="true" />, t("row.read"))
            : item("unread", <MessageCircleDashed aria-hidden="true" />, t("row.unread"))}
          {item("clear", <Eraser aria-hidden="true" />, t("row.clear"))}
          {item("hide", <Trash2 aria-hidden="true" />, t("row.hide"))}
          {row.otherUserId !== null &&
            item("report", <Flag aria-hidden="true" />, t("report.open"))}
          {row.otherUserId !== null &&
            (row.isBlocked
              ? item("unblock", <Undo2 aria-hidden="true" />, t("row.unblock"))
              : item("block", <Ban aria-hidden="true" />, t("row.block"), true))}
          {row.isGroup && item("leave", <LogOut aria-hidden="true" />, t("row.leave"), true)}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
