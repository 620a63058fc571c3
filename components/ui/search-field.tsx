"use client";

import { Search, X } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

export type SearchFieldProps = {
  label: string;
  clearLabel: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
  autoFocus?: boolean;
  /** Stands at the end of the field while it is empty. */
  action?: ReactNode;
};

/** A search box named by its placeholder; Escape empties it. */
export function SearchField(props: SearchFieldProps) {
  const { label, clearLabel, value, onChange, className, autoFocus, action } = props;
  return (
    <div className={cn("relative", className)}>
      <Search
        aria-hidden="true"
        size={16}
        className="pointer-events-none absolute start-3 top-1/2 -translate-y-1/2 text-faint"
      />
      <input
        type="search"
        // biome-ignore lint/a11y/noAutofocus: only inside a dialog that was opened to search.
        autoFocus={autoFocus}
        aria-label={label}
        placeholder={label}
        value={value}
        maxLength={80}
        dir="auto"
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || value === "" || event.nativeEvent.isComposing) return;
          event.stopPropagation();
          onChange("");
        }}
        className={cn(
          "h-10 w-full rounded-xl border border-line bg-bg ps-9 pe-10 text-preview text-ink touch:h-11",
          "placeholder:text-faint focus:border-accent focus-visible:shadow-none focus-visible:outline-offset-0 [&::-webkit-search-cancel-button]:hidden",
        )}
      />
      {value === "" && action && <div className="absolute end-0 top-0">{action}</div>}
      {value !== "" && (
        <button
          type="button"
          aria-label={clearLabel}
          onClick={() => onChange("")}
          className="absolute end-0 top-0 grid size-10 place-items-center rounded-xl text-muted hover:text-ink touch:size-11"
        >
          <X size={16} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
