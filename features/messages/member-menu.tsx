"use client";

import * as Menu from "radix-ui/dropdown-menu";
import { type ReactNode, useRef, useState } from "react";
import { cn } from "@/lib/cn";
import { useBackCloses } from "@/lib/use-back-closes";
import type { TextKey } from "../language/messages-en";
import { t } from "../language/t";
import type { MemberAct } from "./group-roles";

const TEXTS: Record<MemberAct, TextKey> = {
  owner: "member.owner",
  admin: "member.admin",
  member: "member.member",
  remove: "member.remove",
};

export type MemberMenuProps = {
  acts: readonly MemberAct[];
  onAct: (act: MemberAct) => void;
  button: ReactNode;
};

export function MemberMenu({ acts, onAct, button }: MemberMenuProps) {
  const [isOpen, setIsOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  useBackCloses(() => setIsOpen(false), isOpen);
  return (
    <Menu.Root modal={false} open={isOpen} onOpenChange={setIsOpen}>
      <Menu.Trigger ref={trigger} asChild>
        {button}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content
          align="end"
          sideOffset={2}
          collisionPadding={12}
          className="z-60 min-w-48 animate-appear rounded-2xl bg-raised p-1.5 shadow-float"
        >
          {acts.map((act) => (
            <Menu.Item
              key={act}
              onSelect={() => {
                // A question gives the focus back to where it was when it was asked.
                trigger.current?.focus();
                onAct(act);
              }}
              className={cn(
                "flex min-h-10 items-center rounded-[10px] px-3 text-preview outline-none select-none data-highlighted:bg-hover touch:min-h-11",
                act === "remove" && "text-danger data-highlighted:bg-danger-soft",
              )}
            >
              {t(TEXTS[act])}
            </Menu.Item>
          ))}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
