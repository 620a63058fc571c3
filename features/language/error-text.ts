import type { ErrorCode, RefusalFacts } from "@/shared/error-codes";
import { t } from "./t";

/** The sentence a person reads for a refusal, in their language. Chosen here and nowhere else. */
export function errorText(code: ErrorCode, facts: RefusalFacts = {}): string {
  const noun = facts.field === undefined ? t("noun.input") : t(`noun.${facts.field}`);
  switch (code) {
    case "unauthenticated":
      return t("refusal.unauthenticated");
    case "suspended":
      return t("refusal.suspended");
    case "not_found":
      return t("refusal.notFound");
    case "forbidden":
      return forbiddenText(facts);
    case "invalid":
      return invalidText(noun, facts);
    case "too_long":
      return facts.max === undefined
        ? t("refusal.tooLong", { noun })
        : t("refusal.tooLong.max", { noun, max: facts.max });
    case "too_many":
      return facts.max === undefined
        ? t("refusal.tooMany", { noun })
        : t("refusal.tooMany.max", { max: facts.max });
    case "conflict":
      return t("refusal.conflict");
    case "rate_limited":
      return facts.retryAfterMs === undefined
        ? t("refusal.tooFast")
        : t("refusal.tooFast.wait", { count: seconds(facts.retryAfterMs) });
  }
  return code satisfies never;
}

function forbiddenText(facts: RefusalFacts): string {
  switch (facts.reason) {
    case "blocked":
      return t("refusal.blocked");
    case "blocked_by_you":
      return t("refusal.blockedByYou");
    case "gone":
      return t("refusal.gone");
    case "last_owner":
      return t("refusal.lastOwner");
    default:
      return t("refusal.forbidden");
  }
}

function invalidText(noun: string, facts: RefusalFacts): string {
  switch (facts.reason) {
    case "blank":
      return t("refusal.blank", { noun });
    case "deleted":
      return t("refusal.deleted");
    case "same_person":
      return t("refusal.samePerson");
    case "too_few":
      return facts.min === undefined
        ? t("refusal.tooFew")
        : t("refusal.tooFew.min", { min: facts.min });
    case "not_group":
      return t("refusal.notGroup");
    default:
      return t("refusal.invalid", { noun });
  }
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}
