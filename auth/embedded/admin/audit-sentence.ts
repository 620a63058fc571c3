import { messagesEn, type TextKey } from "@/features/language/messages-en";
import { t } from "@/features/language/t";
import type { NamedAuditEntry } from "../audit-log";

/** A piece of an entry's sentence; `email` where it is somebody's name. */
export type AuditPart = { text: string; email: string | null };

// Stand in the sentence for the names until it is taken apart again.
const [ACTOR, SUBJECT] = ["\ue000", "\ue001"];

/** One entry as a sentence in pieces; who is not there any more goes by their id. */
export function auditSentence(entry: NamedAuditEntry): AuditPart[] {
  const { actorId, actorName, actorEmail, subjectId, subjectName, subjectEmail } = entry;
  const { action, fact } = entry;
  const actor =
    actorId === "operator"
      ? { text: t("audit.operator"), email: null }
      : { text: actorName ?? actorId, email: actorEmail };
  const subject =
    subjectId === actorId
      ? { text: t("audit.oneself"), email: null }
      : { text: subjectName ?? subjectId, email: subjectEmail };
  const key: TextKey = `audit.${action}`;
  // Written by a newer release than this page's.
  const isKnown = Object.hasOwn(messagesEn, key);
  const sentence = isKnown ? t(key, { actor: ACTOR, subject: SUBJECT }) : `${ACTOR} ${action}`;
  return `${sentence}${fact === null ? "" : ` (${fact})`}`
    .split(new RegExp(`([${ACTOR}${SUBJECT}])`))
    .filter((text) => text !== "")
    .map((text) => (text === ACTOR ? actor : text === SUBJECT ? subject : { text, email: null }));
}
