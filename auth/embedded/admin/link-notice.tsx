"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { t } from "@/features/language/t";
import { copyText } from "@/lib/copy-text";

/** A link that is shown this once, to be handed to somebody. */
export function LinkNotice({
  text,
  link,
  onClose,
}: {
  text: string;
  link: string;
  onClose: () => void;
}) {
  const [isCopied, setIsCopied] = useState(false);
  return (
    <div role="status" className="my-3 rounded-xl bg-accent-soft p-4">
      <p className="text-preview font-medium text-ink">{text}</p>
      <p
        dir="ltr"
        className="mt-1.5 font-mono text-meta text-ink select-all [overflow-wrap:anywhere]"
      >
        {link}
      </p>
      <div className="mt-3 flex gap-2">
        <Button onClick={async () => setIsCopied(await copyText(link))}>
          {t(isCopied ? "code.copied" : "admin.link.copy")}
        </Button>
        <Button variant="quiet" onClick={onClose}>
          {t("close")}
        </Button>
      </div>
    </div>
  );
}
