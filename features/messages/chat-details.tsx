"use client";

import { X } from "lucide-react";
import * as Dialog from "radix-ui/dialog";
import { type ReactNode, useEffect, useRef } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { useBackCloses } from "@/lib/use-back-closes";
import type { ConversationActs } from "../conversations/use-conversation-acts";
import { t } from "../language/t";
import { useIsRoomy } from "../navigation/use-media";
import { GroupDetails } from "./group-details";
import { PersonDetails } from "./person-details";
import type { Conversation } from "./use-chat";
import { useEscape } from "./use-type-anywhere";

export type ChatDetailsProps = {
  conversation: Conversation;
  viewerId: string;
  acts: ConversationActs;
  onClose: () => void;
};

/**
 * Who is in a chat and what can be done about it: beside the chat where there is room for both, else
 * a sheet over it. The focus moves in, and back to what opened it.
 */
export function ChatDetails(props: ChatDetailsProps) {
  const { conversation, onClose } = props;
  const isRoomy = useIsRoomy();
  useBackCloses(onClose);
  const title = t(conversation.isGroup ? "details.group" : "details.person");
  const body = conversation.isGroup ? <GroupDetails {...props} /> : <PersonDetails {...props} />;
  if (isRoomy) {
    return (
      <SidePanel title={title} onClose={onClose}>
        {body}
      </SidePanel>
    );
  }
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          // What opened it gives itself the focus back.
          onCloseAutoFocus={(event) => event.preventDefault()}
          className="fixed z-50 flex animate-appear flex-col bg-surface shadow-float wide:inset-y-0 wide:end-0 wide:w-[380px] max-wide:inset-0"
        >
          <Header onClose={onClose}>
            <Dialog.Title className="text-title font-title">{title}</Dialog.Title>
          </Header>
          {body}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

type SidePanelProps = { title: string; onClose: () => void; children: ReactNode };

function SidePanel({ title, onClose, children }: SidePanelProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useEscape("panel", true, onClose);
  return (
    <aside
      aria-label={title}
      className="flex h-full min-h-0 flex-col border-s border-line bg-surface"
    >
      <Header onClose={onClose}>
        <h2
          ref={heading}
          tabIndex={-1}
          className="text-title font-title outline-none focus-visible:shadow-none"
        >
          {title}
        </h2>
      </Header>
      {children}
    </aside>
  );
}

function Header({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  return (
    <header className="flex h-[68px] shrink-0 items-center justify-between border-b border-line ps-5 pe-3 max-wide:h-[60px]">
      {children}
      <IconButton label={t("close")} onClick={onClose}>
        <X size={20} aria-hidden="true" />
      </IconButton>
    </header>
  );
}
