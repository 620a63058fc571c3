import type { ComponentPropsWithRef } from "react";
import { cn } from "@/lib/cn";

export type IconButtonProps = ComponentPropsWithRef<"button"> & {
  /** What assistive technology and the tooltip say. */
  label: string;
};

/** A square button that shows only an icon, so its name is required. */
export function IconButton({ label, className, type, ...rest }: IconButtonProps) {
  return (
    <button
      type={type ?? "button"}
      aria-label={label}
      title={label}
      className={cn(
        "grid size-10 shrink-0 place-items-center rounded-xl text-muted transition-colors duration-150",
        "hover:bg-hover hover:text-ink disabled:opacity-45 touch:size-11",
        className,
      )}
      {...rest}
    />
  );
}
