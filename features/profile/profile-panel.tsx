"use client";

import { LogOut, Server, Settings, UserRound } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import * as Dialog from "radix-ui/dialog";
import { type MouseEvent, type ReactNode, type RefObject, useState } from "react";
import { useIdentity, useSignOut } from "@/auth/use-identity";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { leaveSheets } from "@/lib/sheet-steps";
import { useBackCloses } from "@/lib/use-back-closes";
import { t } from "../language/t";
import { forgetDrafts } from "../messages/use-draft";
import { forgetEdits } from "../messages/use-editing";
import { isPlainClick } from "../navigation/open-conversation";
import { forgetOutbox, useOutbox } from "../outbox/use-outbox";
import { ThemeSetting } from "../settings/theme-setting";

export type ProfilePanelProps = {
  onClose: () => void;
  returnFocusTo: RefObject<HTMLElement | null>;
};

/** Name, mail address, theme, the way to the settings and the way out. */
export function ProfilePanel({ onClose, returnFocusTo }: ProfilePanelProps) {
  const { userId, name, email, imageUrl, isAdmin } = useIdentity();
  useBackCloses(onClose);
  const router = useRouter();
  const leaveTo = (event: MouseEvent<HTMLAnchorElement>) => {
    if (!isPlainClick(event)) return;
    event.preventDefault();
    const { pathname } = new URL(event.currentTarget.href);
    onClose();
    leaveSheets(() => router.push(pathname));
  };
  const signOut = useSignOut();
  const unsent = useOutbox().unsentCount();
  const [isLeaving, setIsLeaving] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  async function leave() {
    setIsLeaving(true);
    setRefusal(null);
    try {
      await signOut();
      // Only now: whoever could not leave has lost nothing.
      if (userId !== null) {
        forgetDrafts(userId);
        forgetEdits(userId);
        await forgetOutbox(userId);
      }
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : t("error.title"));
      setIsLeaving(false);
    }
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim wide:bg-transparent" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            returnFocusTo.current?.focus();
          }}
          className={cn(
            "fixed z-50 animate-appear bg-raised p-5 shadow-float",
            "wide:start-[84px] wide:bottom-4 wide:w-80 wide:rounded-[20px]",
            "max-wide:inset-x-0 max-wide:bottom-0 max-wide:rounded-t-[24px] max-wide:pb-[calc(20px+env(safe-area-inset-bottom))]",
          )}
        >
          <div className="flex items-center gap-3.5">
            <Avatar id={userId ?? ""} name={name ?? ""} imageUrl={imageUrl} size="xl" />
            <div className="min-w-0">
              <Dialog.Title className="truncate text-title font-title">
                <bdi>{name}</bdi>
              </Dialog.Title>
              <p className="truncate text-meta text-muted">
                <bdi>{email}</bdi>
              </p>
            </div>
          </div>
          <nav className="mt-4 -mx-2 flex flex-col">
            <PanelLink href="/settings" onClick={leaveTo}>
              <Settings size={18} aria-hidden="true" />
              {t("settings.title")}
            </PanelLink>
            <PanelLink href="/settings/account" onClick={leaveTo}>
              <UserRound size={18} aria-hidden="true" />
              {t("profile.account")}
            </PanelLink>
            {isAdmin && (
              <PanelLink href="/admin" onClick={leaveTo}>
                <Server size={18} aria-hidden="true" />
                {t("profile.admin")}
              </PanelLink>
            )}
          </nav>
          <div className="mt-3">
            <ThemeSetting />
          </div>
          {refusal && (
            <p role="alert" className="mt-3 text-meta font-medium text-danger">
              {refusal}
            </p>
          )}
          {unsent > 0 && (
            <p className="mt-4 text-meta text-muted">{t("profile.unsent", { count: unsent })}</p>
          )}
          <Button
            variant="quiet"
            wide
            className="mt-4 border border-line"
            disabled={isLeaving}
            onClick={leave}
          >
            <LogOut size={17} aria-hidden="true" />
            {isLeaving ? t("profile.signingOut") : t("profile.signOut")}
          </Button>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

type PanelLinkProps = {
  href: string;
  onClick: (event: MouseEvent<HTMLAnchorElement>) => void;
  children: ReactNode;
};

function PanelLink(props: PanelLinkProps) {
  return (
    <Link
      href={props.href}
      onClick={props.onClick}
      className="flex min-h-10 items-center gap-3 rounded-xl px-2 text-preview font-medium text-ink hover:bg-hover touch:min-h-11"
    >
      {props.children}
    </Link>
  );
}
