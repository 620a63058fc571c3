import { type ComponentPropsWithRef, useId } from "react";
import { cn } from "@/lib/cn";

export type TextFieldProps = Omit<ComponentPropsWithRef<"input">, "id"> & {
  label: string;
  name: string;
  /** Said below the field and tied to it; also marks the field as wrong. */
  error?: string | null;
  /** Advice that stands below the field until there is an error. */
  hint?: string;
};

/** One labelled line of input. */
export function TextField({ label, error, hint, className, type, ...rest }: TextFieldProps) {
  const id = useId();
  const note = error ?? hint;
  const isWrong = Boolean(error || rest["aria-invalid"]);
  return (
    <div className={cn("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className="text-preview font-medium text-ink">
        {label}
      </label>
      <input
        id={id}
        type={type ?? "text"}
        aria-invalid={error ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        className={cn(
          "h-11 w-full rounded-xl border bg-surface px-3.5 text-body text-ink placeholder:text-faint",
          "transition-colors duration-150",
          isWrong
            ? "border-danger"
            : "border-line hover:border-faint focus:border-accent focus-visible:shadow-none focus-visible:outline-offset-0",
        )}
        {...rest}
      />
      {note && (
        <p
          id={`${id}-note`}
          className={cn("text-meta", error ? "font-medium text-danger" : "text-muted")}
        >
          {note}
        </p>
      )}
    </div>
  );
}
