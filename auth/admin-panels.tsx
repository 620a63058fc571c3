"use client";

import dynamic from "next/dynamic";
import { PatientRows } from "@/components/ui/patient-rows";
import { t } from "@/features/language/t";

const loading = () => <PatientRows label={t("admin.loading")} />;

/** The embedded service's rooms for owners and admins, each loaded when it is opened. */
export const PeoplePanel = dynamic(
  () => import("./embedded/admin/people-panel").then((room) => room.PeoplePanel),
  { loading },
);
export const InvitationsPanel = dynamic(
  () => import("./embedded/admin/invitations-panel").then((room) => room.InvitationsPanel),
  { loading },
);
export const FiguresPanel = dynamic(
  () => import("./embedded/admin/figures-panel").then((room) => room.FiguresPanel),
  { loading },
);
export const AuditPanel = dynamic(
  () => import("./embedded/admin/audit-panel").then((room) => room.AuditPanel),
  { loading },
);
