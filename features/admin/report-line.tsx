"use client";

import { useMutation } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import Link from "next/link";
import { useState } from "react";
import { suspendPerson } from "@/auth/suspend-person";
import { usePublicConfig } from "@/auth/use-identity";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { api } from "@/convex/_generated/api";
import { formatMoment } from "@/lib/dates";
import { sentenceOf } from "../connection/panel-error";
import { t } from "../language/t";
import { conversationHref } from "../navigation/open-conversation";
import { reasonText } from "../reports/reasons";

type Report = FunctionReturnType<typeof api.reports.getReports>["page"][number];

/** One report: who has said what about whom, and what an admin does or has done about it. */
export function ReportLine({ report }: { report: Report }) {
  const { reporter, subject, message, details, closed } = report;
  const name = subject.name || t("people.someone");
  return (
    <li className="border-line border-b py-3 last:border-b-0">
      <p className="text-preview font-semibold [overflow-wrap:anywhere]">
        {message ? t("reports.ofMessage", { name }) : <bdi>{name}</bdi>}
        <span className="font-medium text-muted"> · {reasonText(report.reason)}</span>
      </p>
      <p className="text-meta text-muted">
        {t("reports.by", { name: reporter.name || t("people.someone") })}
        {" · "}
        <time dateTime={new Date(report.reportedAt).toISOString()}>
          {formatMoment(report.reportedAt)}
        </time>
      </p>
      {message?.quoted !== undefined && (
        <blockquote
          dir="auto"
          className="bidi-text my-2 max-h-48 overflow-y-auto rounded-xl bg-hover px-3.5 py-2.5 text-preview whitespace-pre-wrap wrap-anywhere"
        >
          {message.quoted}
        </blockquote>
      )}
      {details !== "" && (
        <p dir="auto" className="bidi-text my-1 text-preview whitespace-pre-wrap wrap-anywhere">
          {details}
        </p>
      )}
      {closed ? (
        <p className="text-meta text-muted">{closedText(closed)}</p>
      ) : (
        <ReportActs report={report} name={name} />
      )}
    </li>
  );
}

function ReportActs({ report, name }: { report: Report; name: string }) {
  const { reportId, subject, message } = report;
  const dismiss = useMutation(api.reports.dismissReport);
  const deleteMessage = useMutation(api.reports.deleteReportedMessage);
  const isEmbedded = usePublicConfig().authMode === "embedded";
  const [asked, setAsked] = useState<"delete" | "suspend" | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const run = (act: () => Promise<string | null>) => {
    setAsked(null);
    setRefusal(null);
    act().then(setRefusal, (error: unknown) => setRefusal(sentenceOf(error)));
  };
  return (
    <>
      {message?.conversationId !== undefined ? (
        <Link
          href={conversationHref(message.conversationId, message.messageId)}
          className="text-preview font-medium text-accent hover:underline"
        >
          {t("reports.context")}
        </Link>
      ) : (
        message && <p className="text-meta text-muted">{t("reports.noContext")}</p>
      )}
      {message?.isDeleted && <p className="text-meta text-muted">{t("message.deleted")}</p>}
      <div className="mt-2 flex flex-wrap gap-2">
        <Button
          variant="quiet"
          className="border border-line"
          onClick={() => run(async () => await dismiss({ reportId }))}
        >
          {t("reports.dismiss")}
        </Button>
        {message && (
          <Button variant="danger" onClick={() => setAsked("delete")}>
            {t("reports.delete")}
          </Button>
        )}
        {isEmbedded && (
          <Button variant="danger" onClick={() => setAsked("suspend")}>
            {t("reports.suspend", { name })}
          </Button>
        )}
      </div>
      <p role="alert" className="mt-1 text-preview font-medium text-danger empty:hidden">
        {refusal}
      </p>
      {asked === "delete" && (
        <ConfirmDialog
          title={t("delete.title", { count: 1 })}
          text={t("delete.text", { count: 1 })}
          confirm={t("delete.confirm")}
          cancel={t("cancel")}
          onCancel={() => setAsked(null)}
          onConfirm={() => run(async () => await deleteMessage({ reportId }))}
        />
      )}
      {asked === "suspend" && (
        <ConfirmDialog
          title={t("reports.suspend.title", { name })}
          text={t("reports.suspend.text")}
          confirm={t("reports.suspend", { name })}
          cancel={t("cancel")}
          onCancel={() => setAsked(null)}
          onConfirm={() => run(() => suspendPerson(subject.userId))}
        />
      )}
    </>
  );
}

function closedText({ at, by, outcome }: NonNullable<Report["closed"]>): string {
  const time = formatMoment(at);
  const name = by?.name || t("people.someone");
  switch (outcome) {
    case "message_deleted":
      return t("reports.was.deleted", { name, time });
    case "suspended":
      return t("reports.was.suspended", { time });
    case "account_deleted":
      return t("reports.was.gone", { time });
    case "dismissed":
      return t("reports.was.dismissed", { name, time });
  }
  return outcome satisfies never;
}
