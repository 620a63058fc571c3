"use client";

import { usePaginatedQuery } from "convex/react";
import { ShieldCheck } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { RowSkeleton } from "@/components/ui/skeleton";
import { usePatientLoading } from "@/components/ui/use-patient-loading";
import { api } from "@/convex/_generated/api";
import { t } from "../language/t";
import { ReportLine } from "./report-line";

const PAGE_REPORTS = 20;

export type ReportsPanelProps = { isOpen: boolean };

/** What people have reported: what waits for an admin, or what was done about the rest. */
export function ReportsPanel({ isOpen }: ReportsPanelProps) {
  const { results, status, loadMore } = usePaginatedQuery(
    api.reports.getReports,
    { isOpen },
    { initialNumItems: PAGE_REPORTS },
  );
  const look = usePatientLoading(status === "LoadingFirstPage");
  if (look === "skeleton") return <RowSkeleton label={t("reports.loading")} rows={3} />;
  if (look === "nothing") return null;
  if (results.length === 0 && status === "Exhausted") {
    return isOpen ? (
      <Notice
        icon={<ShieldCheck size={26} strokeWidth={1.8} aria-hidden="true" />}
        title={t("reports.empty")}
      />
    ) : null;
  }
  return (
    <section>
      {!isOpen && <h2 className="text-body font-semibold">{t("reports.closed")}</h2>}
      <ul aria-label={t(isOpen ? "admin.reports" : "reports.closed")} className="flex flex-col">
        {results.map((report) => (
          <ReportLine key={report.reportId} report={report} />
        ))}
      </ul>
      {status === "CanLoadMore" && (
        <Button variant="quiet" className="mt-3" onClick={() => loadMore(PAGE_REPORTS)}>
          {t("reports.more")}
        </Button>
      )}
    </section>
  );
}
