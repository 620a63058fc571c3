"use client";

import { RowSkeleton } from "./skeleton";
import { usePatientLoading } from "./use-patient-loading";

/** Stands where rows will be while the code for them comes: nothing at first, and their shape after a while. */
export function PatientRows({ label }: { label: string }) {
  return usePatientLoading(true) === "skeleton" ? <RowSkeleton label={label} rows={5} /> : null;
}
