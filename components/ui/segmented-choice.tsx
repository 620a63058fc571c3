import { useId } from "react";
import { cn } from "@/lib/cn";

export type SegmentedChoiceProps<Value extends string> = {
  label: string;
  options: readonly (readonly [value: Value, label: string])[];
  value: Value;
  onChange: (value: Value) => void;
};

/** A few choices side by side, of which one holds. */
export function SegmentedChoice<Value extends string>(props: SegmentedChoiceProps<Value>) {
  const { label, options, value, onChange } = props;
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-2 text-meta font-medium text-muted">{label}</legend>
      <div className="grid auto-cols-fr grid-flow-col gap-1 rounded-xl bg-rail p-1">
        {options.map(([option, text]) => (
          <label
            key={option}
            className={cn(
              "relative grid min-h-9 place-items-center rounded-[9px] px-1 text-center text-meta font-medium",
              "has-focus-visible:outline-2 has-focus-visible:outline-accent touch:min-h-11",
              // Forced colours take the ground away that marks the choice.
              "forced-colors:has-checked:outline-2 forced-colors:has-checked:outline-[Highlight]",
              value === option ? "bg-surface text-ink shadow-bubble" : "text-muted",
            )}
          >
            <input
              type="radio"
              name={name}
              className="absolute inset-0 cursor-pointer opacity-0"
              checked={value === option}
              onChange={() => onChange(option)}
            />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
