import { Check } from "lucide-react";
import { useId } from "react";

export type RadioListProps<Value extends string> = {
  label: string;
  options: readonly { value: Value; label: string; lang?: string }[];
  value: Value;
  onChange: (value: Value) => void;
};

/** More choices than fit side by side, of which one holds. */
export function RadioList<Value extends string>(props: RadioListProps<Value>) {
  const { label, options, value, onChange } = props;
  const name = useId();
  return (
    <fieldset className="-mx-3">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="relative flex min-h-11 items-center justify-between gap-3 rounded-row px-3 transition-colors duration-150 hover:bg-hover has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={name}
            className="absolute inset-0 cursor-pointer opacity-0"
            checked={value === option.value}
            onChange={() => onChange(option.value)}
          />
          <bdi lang={option.lang}>{option.label}</bdi>
          {value === option.value && (
            <Check size={19} strokeWidth={2.4} aria-hidden="true" className="text-accent" />
          )}
        </label>
      ))}
    </fieldset>
  );
}
