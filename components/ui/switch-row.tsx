import { useId } from "react";
import { cn } from "@/lib/cn";

export type SwitchRowProps = {
  label: string;
  /** What it means, in one sentence. */
  text: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
};

/** One thing that is on or off; the whole row turns it. */
export function SwitchRow({ label, text, isOn, onChange }: SwitchRowProps) {
  const id = useId();
  return (
    <label className="flex min-h-14 cursor-pointer items-center justify-between gap-4 rounded-row py-2">
      <span className="min-w-0">
        <span id={`${id}-label`} className="block font-medium">
          {label}
        </span>
        <span id={`${id}-text`} className="block text-meta text-muted">
          {text}
        </span>
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-labelledby={`${id}-label`}
        aria-describedby={`${id}-text`}
        aria-checked={isOn}
        checked={isOn}
        onChange={(event) => onChange(event.target.checked)}
        className={cn(
          "relative h-6.5 w-11 shrink-0 cursor-pointer appearance-none rounded-full bg-faint transition-colors duration-150",
          "checked:bg-accent before:absolute before:top-[3px] before:size-5 before:rounded-full before:bg-surface before:transition-[inset-inline-start] before:duration-150",
          "before:start-[3px] checked:before:start-[21px]",
          // The browser draws its own where it decides the colours.
          "forced-colors:appearance-auto forced-colors:before:hidden",
        )}
      />
    </label>
  );
}
