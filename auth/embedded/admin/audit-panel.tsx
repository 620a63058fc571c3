"use client";

import Link from "next/link";
import { Fragment, useState } from "react";
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
                <AuditLine entry={entry} />
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

/** A name leads to its account; the addresses below tell namesakes apart. */
function AuditLine({ entry }: { entry: NamedAuditEntry }) {
  const parts = auditSentence(entry).map((part, at) => ({ ...part, key: `${at}` }));
  return (
    <>
      <p className="text-preview text-ink [overflow-wrap:anywhere]">
        {parts.map(({ key, text, email }) =>
          email === null ? (
            <Fragment key={key}>{text}</Fragment>
          ) : (
            <bdi key={key}>
              <Link
                href={`/admin?room=people&search=${encodeURIComponent(email)}`}
                className="font-medium hover:underline"
              >
                {text}
              </Link>
            </bdi>
          ),
        )}
      </p>
      <p className="flex flex-wrap gap-x-3 text-meta text-muted [overflow-wrap:anywhere]">
        <time dateTime={new Date(entry.at).toISOString()}>{formatMoment(entry.at)}</time>
        {parts.map(({ key, email }) => email !== null && <bdi key={key}>{email}</bdi>)}
      </p>
    </>
  );
}
