"use client";

import { Button } from "@/components/ui/button";
import { t } from "@/features/language/t";
import { formatMoment } from "@/lib/dates";
import { currentLanguage } from "@/lib/language";
import type { ServerFigures } from "../door";
import { useAnswer } from "../use-answer";
import { Answered } from "./answered";

/** How much the server keeps, and how many are here. */
export function FiguresPanel() {
  const figures = useAnswer<ServerFigures>("admin/figures");
  return (
    <Answered answer={figures}>
      {({ storedBytes, connections, startedAt }) => (
        <>
          <dl className="grid max-w-2xl gap-3 wide:grid-cols-3">
            <Figure name={t("admin.figures.stored")} value={formatBytes(storedBytes)} />
            <Figure name={t("admin.figures.connections")} value={String(connections)} />
            <Figure name={t("admin.figures.since")} value={formatMoment(startedAt)} />
          </dl>
          <Button
            variant="quiet"
            className="mt-4 border border-line"
            onClick={() => figures.reload()}
          >
            {t("admin.figures.again")}
          </Button>
        </>
      )}
    </Answered>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="rounded-2xl border border-line bg-bg p-4">
      <dt className="text-meta text-muted">{name}</dt>
      <dd className="mt-0.5 text-title font-title text-ink">{value}</dd>
    </div>
  );
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

function formatBytes(bytes: number): string {
  const step = Math.min(
    UNITS.length - 1,
    Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1000)),
  );
  return new Intl.NumberFormat(currentLanguage(), {
    ...{ style: "unit", unit: UNITS[step], unitDisplay: "short", maximumFractionDigits: 1 },
  }).format(bytes / 1000 ** step);
}
