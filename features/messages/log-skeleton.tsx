import { Bone } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { t } from "../language/t";

const WIDTHS = [
  [62, "start"],
  [38, "start"],
  [54, "end"],
  [30, "end"],
  [70, "start"],
  [44, "end"],
] as const;

/** Bubbles without words, where the messages will be. */
export function LogSkeleton() {
  return (
    <div
      role="progressbar"
      aria-label={t("chat.loading")}
      aria-busy="true"
      className="flex flex-col gap-3 pb-2"
    >
      {WIDTHS.map(([width, side]) => (
        <Bone
          key={width}
          style={{ width: `min(${width}%, 420px)` }}
          className={cn("h-10 rounded-bubble", side === "end" ? "self-end" : "self-start")}
        />
      ))}
    </div>
  );
}
