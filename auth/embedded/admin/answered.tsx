"use client";

import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { RowSkeleton } from "@/components/ui/skeleton";
import { usePatientLoading } from "@/components/ui/use-patient-loading";
import { t } from "@/features/language/t";
import type { Answer } from "../use-answer";

/** What is shown of an answer once it is here, and what stands there until then. */
export function Answered<T>(props: { answer: Answer<T>; children: (value: T) => ReactNode }) {
  const { answer, children } = props;
  const look = usePatientLoading(answer.kind === "waiting");
  if (look === "skeleton") return <RowSkeleton label={t("admin.loading")} rows={5} />;
  switch (answer.kind) {
    case "waiting":
      return null;
    case "here":
      return children(answer.value);
    case "refused":
      return (
        <Notice
          title={t("admin.failed")}
          text={answer.sentence}
          action={<Button onClick={answer.reload}>{t("error.retry")}</Button>}
        />
      );
    default:
      return answer satisfies never;
  }
}
