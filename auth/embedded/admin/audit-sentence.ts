import type { AuditAction, NamedAuditEntry } from "../audit-log";

/** What each act is called, after the name of who did it; `{}` is whose account it was. */
const ACTS: Record<AuditAction, string> = {
  "account.created": "signed up",
  "account.claimed_server": "became the owner of this server",
  "account.deleted": "deleted the account of {}",
  "account.suspended": "suspended {}",
  "account.restored": "restored {}",
  "account.role_changed": "changed the role of {}",
  "account.reset_link_made": "made a link for a new password of {}",
  "account.password_changed": "changed their password",
  "account.email_changed": "changed their e-mail address",
  "account.two_factor_on": "turned on two-factor sign-in",
  "account.two_factor_off": "turned off two-factor sign-in",
  "account.passkey_added": "added a passkey",
  "account.passkey_removed": "removed a passkey",
  "account.provider_added": "connected another sign-in",
  "account.provider_removed": "disconnected another sign-in",
  "session.ended_by_owner": "signed out one of their devices",
  "invitation.created": "made an invitation",
  "invitation.revoked": "revoked an invitation",
};

/** One entry as a sentence; who is not there any more goes by their id. */
export function auditSentence(entry: NamedAuditEntry): string {
  const { actorId, actorName, subjectId, subjectName, action, fact } = entry;
  const actor = actorId === "operator" ? "The operator" : (actorName ?? actorId);
  const subject = subjectId === actorId ? "themselves" : (subjectName ?? subjectId);
  const act = (ACTS[action] ?? action).replace("{}", () => subject);
  return `${actor} ${act}${fact === null ? "" : ` (${fact})`}`;
}
