"use client";

import { Ellipsis } from "lucide-react";
import dynamic from "next/dynamic";
import { memo, type Ref, useImperativeHandle, useState } from "react";
import { cn } from "@/lib/cn";
import { t } from "../language/t";
import type { MessageMenuProps } from "./message-menu";
import { useTabStop } from "./tab-stop";

const MessageMenu = dynamic(() => import("./message-menu").then((room) => room.MessageMenu), {
  loading: () => <MenuButton isActive />,
});

export type MessageActionsHandle = { open: () => void };

export type MessageActionsProps = Omit<MessageMenuProps, "button" | "isOpen" | "onOpenChange"> & {
  ref: Ref<MessageActionsHandle>;
};

/** The button of a message's menu. The menu's code comes when the button is first used anywhere. */
export const MessageActions = memo(function MessageActions(asked: MessageActionsProps) {
  const { ref, ...props } = asked;
  const [isOpen, setIsOpen] = useState(false);
  const [wasOpened, setWasOpened] = useState(false);
  const open = () => {
    setWasOpened(true);
    setIsOpen(true);
  };
  useImperativeHandle(ref, () => ({ open }));
  if (!wasOpened) return <MenuButton onClick={open} />;
  return (
    <MessageMenu
      {...props}
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      button={<MenuButton isActive={isOpen} />}
    />
  );
});

type MenuButtonProps = React.ComponentPropsWithRef<"button"> & { isActive?: boolean };

/** Seen while the message is pointed at or holds the focus, so that a quiet log stays quiet. */
export function MenuButton({ isActive, className, ...rest }: MenuButtonProps) {
  const tabStop = useTabStop();
  return (
    <button
      type="button"
      tabIndex={tabStop}
      aria-label={t("message.actions")}
      aria-haspopup="menu"
      title={t("message.actions")}
      className={cn(
        "relative grid size-8 shrink-0 before:absolute before:-inset-1 before:content-[''] place-items-center self-center rounded-full text-muted transition-opacity duration-150",
        "hover:bg-hover hover:text-ink focus-visible:opacity-100 touch:-my-2 touch:size-11",
        isActive
          ? "opacity-100"
          : "opacity-0 group-focus-within/message:opacity-100 group-hover/message:opacity-100",
        className,
      )}
      {...rest}
    >
      <Ellipsis size={18} aria-hidden="true" />
    </button>
  );
}
