"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useRef } from "react";
import { IconButton } from "@/components/ui/icon-button";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { RowSkeleton } from "@/components/ui/skeleton";
import { usePatientLoading } from "@/components/ui/use-patient-loading";
import { cn } from "@/lib/cn";
import { PanelError } from "../connection/panel-error";
import { t } from "../language/t";
import { isPlainClick } from "../navigation/open-conversation";
import { useIsWide } from "../navigation/use-media";
import { SECTIONS, type Section } from "./sections";
import { useStoredSettings } from "./use-settings";

/** One's own rules: the sections beside the one that is open, or one of the two on phones. */
export function SettingsScreen() {
  const asked = usePathname().split("/")[2];
  const isWide = useIsWide();
  const chosen = SECTIONS.find(({ id }) => id === asked);
  const open = chosen ?? (isWide ? SECTIONS[0] : undefined);
  if (!isWide) {
    return <main className="h-full bg-surface">{open ? <Open section={open} /> : <List />}</main>;
  }
  return (
    <div className="grid h-full grid-cols-[minmax(240px,340px)_minmax(0,1fr)]">
      <div className="min-h-0 border-e border-line bg-surface">
        <List openId={open?.id} />
      </div>
      <main className="min-h-0">{open && <Open key={open.id} section={open} />}</main>
    </div>
  );
}

function List({ openId }: { openId?: string | undefined }) {
  return (
    <div className="h-full overflow-y-auto overscroll-contain">
      <Heading level="h1" isFocused={openId === undefined} className="px-5 pt-4">
        {t("settings.title")}
      </Heading>
      <nav aria-label={t("settings.sections")} className="px-2 pb-4">
        <ul>
          {SECTIONS.map(({ id, title, Icon }) => (
            <li key={id}>
              <a
                href={sectionHref(id)}
                aria-current={id === openId ? "page" : undefined}
                onClick={(event) => {
                  if (!isPlainClick(event)) return;
                  event.preventDefault();
                  window.history.pushState({ parleyFromSettings: true }, "", sectionHref(id));
                }}
                className={cn(
                  "flex min-h-13 items-center gap-3.5 rounded-row px-3 font-medium transition-colors duration-150",
                  id === openId ? "bg-accent-soft text-accent" : "hover:bg-hover",
                )}
              >
                <Icon size={20} aria-hidden="true" className="shrink-0" />
                <span className="min-w-0 flex-1">{t(title)}</span>
                <ChevronRight
                  size={18}
                  aria-hidden="true"
                  className="shrink-0 text-faint rtl:-scale-x-100 wide:hidden"
                />
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </div>
  );
}

function Open({ section }: { section: Section }) {
  const { title, Content } = section;
  // A choice that is changed before it is known would be changed to what it was.
  const look = usePatientLoading(useStoredSettings() === undefined);
  return (
    <div className="h-full overflow-y-auto overscroll-contain">
      <div className="mx-auto max-w-[560px] px-5 pb-10 max-wide:px-5 wide:px-8 wide:pt-6">
        <div className="flex items-center gap-1 max-wide:-ms-2.5 max-wide:pt-2">
          <IconButton label={t("settings.back")} className="wide:hidden" onClick={closeSection}>
            <ChevronLeft size={24} aria-hidden="true" className="rtl:-scale-x-100" />
          </IconButton>
          <Heading level="h2" isFocused className="pt-2 wide:pt-4">
            {t(title)}
          </Heading>
        </div>
        <PanelBoundary fallback={(error, retry) => <PanelError error={error} onRetry={retry} />}>
          {look === "ready" && <Content />}
          {look === "skeleton" && <RowSkeleton label={t("settings.loading")} />}
        </PanelBoundary>
      </div>
    </div>
  );
}

type HeadingProps = {
  level: "h1" | "h2";
  /** Takes the focus when it appears, so that who does not see the screen hears where they are. */
  isFocused: boolean;
  /** Its room above and beside. */
  className: string;
  children: ReactNode;
};

function Heading({ level: Level, isFocused, className, children }: HeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isFocused) heading.current?.focus({ preventScroll: true });
  }, [isFocused]);
  return (
    <Level
      ref={heading}
      tabIndex={-1}
      className={cn(
        "pb-3 text-screen leading-tight font-title tracking-[-0.015em] outline-none focus-visible:shadow-none",
        className,
      )}
    >
      {children}
    </Level>
  );
}

function sectionHref(id: string): string {
  return `/settings/${id}`;
}

function closeSection(): void {
  const state: unknown = window.history.state;
  const isFromList = typeof state === "object" && state !== null && "parleyFromSettings" in state;
  if (isFromList) window.history.back();
  else window.history.replaceState(null, "", "/settings");
}
