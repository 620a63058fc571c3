import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

export type DetailsActionProps = {
  icon: ReactNode;
  text: string;
  isGrave?: boolean;
  onClick: () => void;
};

/** One thing to do, as a row of the details. */
export function DetailsAction({ icon, text, isGrave = false, onClick }: DetailsActionProps) {
  return (
    <button
      type="button"
      onClick={onClick}
      className={cn(
        "flex min-h-11 w-full items-center gap-3 rounded-row px-3 text-start text-preview font-medium transition-colors duration-150",
        "[&>svg]:size-[18px] [&>svg]:shrink-0",
        isGrave ? "text-danger hover:bg-danger-soft" : "hover:bg-hover [&>svg]:text-muted",
      )}
    >
      {icon}
      {text}
    </button>
  );
}
