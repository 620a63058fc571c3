"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { t } from "@/features/language/t";
import { copyText } from "@/lib/copy-text";

/** The codes that let somebody in without the authenticator. They are shown this once. */
export function RecoveryCodes({ codes }: { codes: string[] }) {
  const [isCopied, setIsCopied] = useState(false);
  const text = `${codes.join("\n")}\n`;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-preview text-muted">{t("account.codes.text")}</p>
      <ul
        aria-label={t("account.codes")}
        dir="ltr"
        className="grid grid-cols-2 gap-x-4 gap-y-1.5 rounded-xl border border-line bg-bg p-3.5 font-mono text-preview text-ink"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button
          variant="quiet"
          className="border border-line"
          onClick={async () => setIsCopied(await copyText(text))}
        >
          {t(isCopied ? "code.copied" : "select.copy")}
        </Button>
        <a
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="parley-recovery-codes.txt"
          className="inline-flex min-h-10 items-center rounded-xl border border-line px-4 py-2 text-preview font-semibold text-ink hover:bg-hover touch:min-h-11"
        >
          {t("account.download")}
        </a>
      </div>
    </div>
  );
}
