import type { CSSProperties } from "react";
import { cn } from "@/lib/cn";

/** A grey shape where something will be; its corners are those of the thing itself. */
export function Bone({ className, style }: { className?: string; style?: CSSProperties }) {
  return (
    <span
      aria-hidden="true"
      style={style}
      className={cn("block animate-pulse-soft bg-line", className)}
    />
  );
}

/** Rows with a picture and two lines, as lists of chats and people have. */
export function RowSkeleton({ label, rows = 7 }: { label: string; rows?: number }) {
  return (
    <div role="progressbar" aria-label={label} aria-busy="true" className="px-2">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows never move.
        <div key={index} className="flex h-[68px] items-center gap-3 px-3">
          <Bone className="size-12 shrink-0 rounded-full" />
          <div className="grid flex-1 gap-2">
            <Bone
              className="h-3.5 rounded-full"
              style={{ width: `${38 + ((index * 17) % 30)}%` }}
            />
            <Bone className="h-3 rounded-full" style={{ width: `${55 + ((index * 23) % 38)}%` }} />
          </div>
        </div>
      ))}
    </div>
  );
}
