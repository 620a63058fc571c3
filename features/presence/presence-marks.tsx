import { cn } from "@/lib/cn";
import type { TextKey } from "../language/messages-en";
import { t } from "../language/t";
import type { PresenceStatus } from "./presence-status";

const TEXT: Record<PresenceStatus, TextKey> = {
  active: "presence.active",
  recent: "presence.recent",
  offline: "presence.offline",
};

export function presenceText(status: PresenceStatus): string {
  return t(TEXT[status]);
}

/** The dot on a picture; nothing for somebody who is offline. Its meaning stands beside it as text. */
export function PresenceDot({ status }: { status: PresenceStatus | undefined }) {
  if (status === undefined || status === "offline") return null;
  return (
    <span
      className={cn(
        "absolute end-0 bottom-0 size-[13px] rounded-full border-[2.5px] border-surface",
        "group-aria-[current]:border-accent-soft",
        status === "active" ? "bg-online" : "bg-recent",
      )}
    />
  );
}

/** The status as a word. */
export function PresenceText({ status }: { status: PresenceStatus | undefined }) {
  if (status === undefined) return null;
  return (
    <span className={status === "active" ? "font-medium text-online-ink" : undefined}>
      {presenceText(status)}
    </span>
  );
}
