"use client";

import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { RowSkeleton } from "@/components/ui/skeleton";
import { usePatientLoading } from "@/components/ui/use-patient-loading";
import type { Answer } from "../use-answer";

/** What is shown of an answer once it is here, and what stands there until then. */
export function Answered<T>(props: {
  answer: Answer<T>;
  loadingLabel: string;
  children: (value: T) => ReactNode;
}) {
  const { answer, loadingLabel, children } = props;
  const look = usePatientLoading(answer.kind === "waiting");
  if (look === "skeleton") return <RowSkeleton label={loadingLabel} rows={5} />;
  switch (answer.kind) {
    case "waiting":
      return null;
    case "here":
      return children(answer.value);
    case "refused":
      return (
        <Notice
          title="This could not be loaded"
          text={answer.sentence}
          action={<Button onClick={answer.reload}>Try again</Button>}
        />
      );
    default:
      return answer satisfies never;
  }
}
