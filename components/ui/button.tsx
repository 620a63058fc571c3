import type { ComponentPropsWithRef } from "react";
import { cn } from "@/lib/cn";

const LOOKS = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong",
  quiet: "text-ink hover:bg-hover",
  danger: "bg-danger text-on-danger hover:opacity-90",
};

export type ButtonProps = ComponentPropsWithRef<"button"> & {
  variant?: keyof typeof LOOKS;
  /** Stretches over the whole row, as the one action of a form does. */
  wide?: boolean;
};

/** A text button. It submits nothing unless `type="submit"` says so. */
export function Button({ variant = "primary", wide, className, type, ...rest }: ButtonProps) {
  return (
    <button
      type={type ?? "button"}
      className={cn(
        "inline-flex min-h-10 select-none items-center justify-center gap-2 rounded-xl px-4 py-2",
        "text-preview font-semibold transition-[background-color,opacity] duration-150 touch:min-h-11",
        "disabled:cursor-default disabled:opacity-55",
        LOOKS[variant],
        wide && "w-full",
        className,
      )}
      {...rest}
    />
  );
}
