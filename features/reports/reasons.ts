import { t } from "../language/t";

export const REASONS = ["spam", "abuse", "threat", "illegal", "impersonation", "other"] as const;

export type Reason = (typeof REASONS)[number];

/** Why something is reported, in words. */
export function reasonText(reason: Reason): string {
  switch (reason) {
    case "spam":
      return t("report.spam");
    case "abuse":
      return t("report.abuse");
    case "threat":
      return t("report.threat");
    case "illegal":
      return t("report.illegal");
    case "impersonation":
      return t("report.impersonation");
    case "other":
      return t("report.other");
  }
  return reason satisfies never;
}
