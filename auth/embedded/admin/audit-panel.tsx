"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { t } from "@/features/language/t";
import { formatMoment } from "@/lib/dates";
import type { NamedAuditEntry } from "../audit-log";
import { useAnswer } from "../use-answer";
import { Answered } from "./answered";
import { auditSentence } from "./audit-sentence";

const PAGE_ENTRIES = 100;

/** Who did what to which account, newest first. */
export function AuditPanel() {
  /** The last entry of each page before this one. */
  const [before, setBefore] = useState<number[]>([]);
  const at = before.at(-1);
  const entries = useAnswer<NamedAuditEntry[]>(
    at === undefined ? "admin/audit" : `admin/audit?before=${at}`,
  );
  return (
    <Answered answer={entries}>
      {(page) => (
        <>
          {page.length === 0 && <Notice title={t("admin.log.none")} />}
          <ol aria-label={t("admin.log")} className="flex flex-col">
            {page.map((entry) => (
              <li key={entry.id} className="border-line border-b py-2.5 last:border-b-0">
                <p className="text-preview text-ink [overflow-wrap:anywhere]">
                  {auditSentence(entry)}
                </p>
                <p className="text-meta text-muted">{formatMoment(entry.at)}</p>
              </li>
            ))}
          </ol>
          <div className="mt-3 flex gap-2">
            {before.length > 0 && (
              <Button variant="quiet" onClick={() => setBefore(before.slice(0, -1))}>
                {t("admin.newer")}
              </Button>
            )}
            {page.length === PAGE_ENTRIES && (
              <Button variant="quiet" onClick={() => setBefore([...before, page.at(-1)?.id ?? 0])}>
                {t("admin.older")}
              </Button>
            )}
          </div>
        </>
      )}
    </Answered>
  );
}
