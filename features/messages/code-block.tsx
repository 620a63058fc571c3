"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { copyText } from "@/lib/copy-text";
import { t } from "../language/t";

const COPIED_MS = 1_500;

/** Code as it was written: never wrapped, left to right, and one press from the clipboard. */
export function CodeBlock({ code }: { code: string }) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <div dir="ltr" className="relative my-1 rounded-xl bg-code text-start">
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key.
        tabIndex={0}
        className="max-h-96 overflow-auto py-2 ps-3 pe-11 font-mono text-meta leading-[1.5] whitespace-pre [overflow-wrap:normal]"
      >
        <code>{code}</code>
      </pre>
      <button
        type="button"
        aria-label={isCopied ? t("code.copied") : t("code.copy")}
        title={t("code.copy")}
        onClick={() => {
          copyText(code);
          setIsCopied(true);
        }}
        className="absolute end-1 top-1 grid size-8 place-items-center rounded-lg text-muted hover:bg-hover hover:text-ink touch:size-11"
      >
        {isCopied ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
      </button>
    </div>
  );
}
