import { ArrowDown, CornerDownLeft, LoaderCircle } from "lucide-react";
import { cn } from "@/lib/cn";
import { formatDay } from "@/lib/dates";
import { t } from "../language/t";

/** The day that messages are of, above its first one. */
export function DayHeading({ dayMs, todayMs }: { dayMs: number; todayMs: number }) {
  return (
    <h3 className="mt-3 mb-1 grid justify-items-center">
      <DayPill dayMs={dayMs} todayMs={todayMs} />
    </h3>
  );
}

/** The day of what is in view, while its heading is not. */
export function FloatingDay({ dayMs, todayMs }: { dayMs: number | null; todayMs: number }) {
  return (
    <div
      aria-hidden="true"
      className={cn(
        "pointer-events-none absolute inset-x-0 top-2 z-[2] grid justify-items-center transition-opacity duration-150",
        dayMs === null && "opacity-0",
      )}
    >
      {dayMs !== null && <DayPill dayMs={dayMs} todayMs={todayMs} />}
    </div>
  );
}

function DayPill({ dayMs, todayMs }: { dayMs: number; todayMs: number }) {
  return (
    <span className="rounded-[10px] bg-rail px-[11px] py-[3px] text-caption font-medium text-muted shadow-bubble">
      {formatDay(dayMs, todayMs, { today: t("day.today"), yesterday: t("day.yesterday") })}
    </span>
  );
}

export function UnreadDivider({ count }: { count: number }) {
  const line = "h-px flex-1 bg-current opacity-35";
  return (
    <div className="mt-3 mb-1 flex items-center gap-2.5 text-caption font-semibold text-accent">
      <span className={line} />
      {t("chat.unread", { count })}
      <span className={line} />
    </div>
  );
}

/** Over the end of the log at which more is being loaded, without moving anything. */
export function LoadingMore({ isOlder }: { isOlder: boolean }) {
  return (
    <div
      role="progressbar"
      aria-label={isOlder ? t("chat.older") : t("chat.newer")}
      className={cn(
        "pointer-events-none absolute inset-x-0 z-[3] grid justify-items-center text-accent",
        isOlder ? "top-2" : "bottom-2",
      )}
    >
      <LoaderCircle size={20} aria-hidden="true" className="motion-safe:animate-spin" />
    </div>
  );
}

/** Leads from a quoted message back to the one that quotes it. */
export function BackToReply({ onBack }: { onBack: () => void }) {
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-3 z-[4] grid justify-items-center">
      <button
        type="button"
        onClick={onBack}
        className="pointer-events-auto inline-flex min-h-10 animate-appear items-center gap-2 rounded-full bg-raised ps-3.5 pe-4 text-meta font-semibold text-accent-strong shadow-float touch:min-h-11"
      >
        <CornerDownLeft size={16} aria-hidden="true" className="rtl:-scale-x-100" />
        {t("chat.backToReply")}
      </button>
    </div>
  );
}

export function JumpToEnd({ count, onJump }: { count: number; onJump: () => void }) {
  return (
    <button
      type="button"
      onClick={onJump}
      aria-label={
        count > 0 ? `${t("chat.toEnd")}, ${t("chat.newBelow", { count })}` : t("chat.toEnd")
      }
      title={t("chat.toEnd")}
      className="absolute end-5 bottom-3 z-[4] grid size-11 animate-appear place-items-center rounded-full bg-raised text-muted shadow-float hover:text-ink max-wide:end-3"
    >
      <ArrowDown size={20} aria-hidden="true" />
      {count > 0 && (
        <span
          aria-hidden="true"
          className="tabular absolute -top-1.5 grid h-5 min-w-5 place-items-center rounded-full bg-accent px-1.5 text-time font-title text-on-accent"
        >
          {count > 99 ? "99+" : count}
        </span>
      )}
    </button>
  );
}
