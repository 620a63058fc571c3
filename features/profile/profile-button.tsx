"use client";

import dynamic from "next/dynamic";
import { useRef, useState } from "react";
import { useIdentity } from "@/auth/use-identity";
import { Avatar } from "@/components/ui/avatar";
import { cn } from "@/lib/cn";
import { t } from "../language/t";

const ProfilePanel = dynamic(() => import("./profile-panel").then((room) => room.ProfilePanel), {
  loading: () => null,
});

/** Who one is, and the way to the panel with what one can do about it. */
export function ProfileButton({ className }: { className?: string }) {
  const { userId, name, imageUrl } = useIdentity();
  const [isOpen, setIsOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-label={t("nav.profile")}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        title={t("nav.profile")}
        onClick={() => setIsOpen(true)}
        className={cn(className, "wide:rounded-full wide:hover:bg-transparent")}
      >
        <Avatar
          id={userId ?? ""}
          name={name ?? ""}
          imageUrl={imageUrl}
          size="md"
          className="max-wide:hidden"
        />
        <Avatar
          id={userId ?? ""}
          name={name ?? ""}
          imageUrl={imageUrl}
          size="xs"
          className="wide:hidden"
        />
        <span aria-hidden="true" className="wide:hidden">
          {t("nav.profile")}
        </span>
      </button>
      {isOpen && <ProfilePanel onClose={() => setIsOpen(false)} returnFocusTo={button} />}
    </>
  );
}
