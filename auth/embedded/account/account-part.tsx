"use client";

import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { t } from "@/features/language/t";

export type AccountPartProps = {
  title: string;
  /** How things are now. */
  summary: ReactNode;
  /** What the button says that opens the form; without one there is nothing to open. */
  openLabel?: string;
  children?: (close: () => void) => ReactNode;
};

/** One matter of an account: how it is, and a form to change it that opens in its place. */
export function AccountPart({ title, summary, openLabel, children }: AccountPartProps) {
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  const form = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (isOpen) form.current?.querySelector("input")?.focus();
  }, [isOpen]);

  const close = () => {
    setIsOpen(false);
    opener.current?.focus();
  };
  return (
    <section aria-labelledby={id} className="border-line border-b py-4 last:border-b-0">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-40">
          <h2 id={id} className="text-body font-semibold text-ink">
            {title}
          </h2>
          <div className="text-preview text-muted [overflow-wrap:anywhere]">{summary}</div>
        </div>
        {openLabel && (
          <Button
            ref={opener}
            variant="quiet"
            className="border border-line"
            aria-expanded={isOpen}
            onClick={() => (isOpen ? close() : setIsOpen(true))}
          >
            {isOpen ? t("account.cancel") : openLabel}
          </Button>
        )}
      </div>
      {isOpen && (
        <div ref={form} className="mt-4 max-w-md">
          {children?.(close)}
        </div>
      )}
    </section>
  );
}
