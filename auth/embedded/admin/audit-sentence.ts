import { messagesEn, type TextKey } from "@/features/language/messages-en";
import { t } from "@/features/language/t";
import type { NamedAuditEntry } from "../audit-log";

/** One entry as a sentence; who is not there any more goes by their id. */
export function auditSentence(entry: NamedAuditEntry): string {
  const { actorId, actorName, subjectId, subjectName, action, fact } = entry;
  const actor = actorId === "operator" ? t("audit.operator") : (actorName ?? actorId);
  const subject = subjectId === actorId ? t("audit.oneself") : (subjectName ?? subjectId);
  const key: TextKey = `audit.${action}`;
  // Written by a newer release than this page's.
  const sentence = Object.hasOwn(messagesEn, key)
    ? t(key, { actor, subject })
    : `${actor} ${action}`;
  return `${sentence}${fact === null ? "" : ` (${fact})`}`;
}
