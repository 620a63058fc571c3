"use client";

import { MessageCircle, Moon, Sun, Users } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { memo, type ReactNode } from "react";
import { cn } from "@/lib/cn";
import { useUnreadTotal } from "../conversations/use-unread-counts";
import { t } from "../language/t";
import { ProfileButton } from "../profile/profile-button";
import { useChangeSettings } from "../settings/use-settings";
import { toggleTheme, useIsDark } from "../theme/use-theme";
import { BrandMark } from "./brand-mark";
import { useOpenConversationId } from "./open-conversation";
import { useKeyboardOpen } from "./use-keyboard-open";

const ITEM =
  "relative grid h-[52px] w-14 place-content-center justify-items-center gap-0.5 rounded-row text-time font-medium transition-colors duration-150 max-wide:h-full max-wide:w-full max-wide:rounded-none";

const QUIET = "text-muted hover:bg-hover hover:text-ink";

/** The one navigation of the app: a rail at the side where there is room, a bar at the bottom elsewhere. */
export const MainNavigation = memo(function MainNavigation() {
  const pathname = usePathname();
  const isKeyboardOpen = useKeyboardOpen();
  const unreadTotal = useUnreadTotal();
  const isInChat = useOpenConversationId() !== null && pathname === "/messages";
  return (
    <nav
      aria-label={t("nav.main")}
      className={cn(
        "z-10 shrink-0 border-line",
        "wide:flex wide:w-[72px] wide:flex-col wide:items-center wide:gap-1.5 wide:border-e wide:bg-rail wide:py-4",
        "max-wide:grid max-wide:h-[calc(58px+env(safe-area-inset-bottom))] max-wide:grid-cols-4 max-wide:border-t max-wide:bg-surface max-wide:pb-[env(safe-area-inset-bottom)]",
        // A chat on a phone has the screen to itself, and its own way back.
        (isKeyboardOpen || isInChat) && "max-wide:hidden",
      )}
    >
      <BrandMark className="mb-3.5 size-9 max-wide:hidden" />
      <NavigationLink href="/messages" label={t("nav.chats")} isCurrent={pathname === "/messages"}>
        <MessageCircle size={22} strokeWidth={1.8} aria-hidden="true" />
        {unreadTotal > 0 && <UnreadDot />}
      </NavigationLink>
      <NavigationLink href="/users" label={t("nav.people")} isCurrent={pathname === "/users"}>
        <Users size={22} strokeWidth={1.8} aria-hidden="true" />
      </NavigationLink>
      <div className="flex-1 max-wide:hidden" />
      <ThemeToggle />
      <ProfileButton className={cn(ITEM, QUIET)} />
    </nav>
  );
});

function NavigationLink(props: {
  href: string;
  label: string;
  isCurrent: boolean;
  children: ReactNode;
}) {
  const { href, label, isCurrent, children } = props;
  return (
    <Link
      href={href}
      prefetch
      aria-current={isCurrent ? "page" : undefined}
      className={cn(ITEM, isCurrent ? "text-accent wide:bg-accent-soft" : QUIET)}
    >
      {children}
      {label}
    </Link>
  );
}

/** Says that something is unread; how much stands at the chats themselves. */
function UnreadDot() {
  return (
    <span
      aria-hidden="true"
      className="absolute start-[calc(50%+6px)] top-1.5 size-2.5 rounded-full border-2 border-rail bg-accent max-wide:top-2 max-wide:border-surface"
    />
  );
}

function ThemeToggle() {
  const isDark = useIsDark();
  const change = useChangeSettings();
  const Icon = isDark ? Sun : Moon;
  return (
    <button
      type="button"
      aria-label={t("theme.toggle")}
      title={t("theme.toggle")}
      // Here it holds at once; the other devices hear of it when they can.
      onClick={() => void change({ theme: toggleTheme() }).catch(() => undefined)}
      className={cn(ITEM, QUIET)}
    >
      <Icon size={21} strokeWidth={1.8} aria-hidden="true" />
      <span aria-hidden="true" className="wide:hidden">
        {t("profile.theme")}
      </span>
    </button>
  );
}
