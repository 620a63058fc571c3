import type Database from "better-sqlite3";

/** Everything of consequence that somebody does to an account, their own or another's. */
export type AuditAction =
  | "account.created"
  | "account.claimed_server"
  | "account.deleted"
  | "account.suspended"
  | "account.restored"
  | "account.role_changed"
  | "account.reset_link_made"
  | "account.password_changed"
  | "account.password_reset"
  | "account.email_changed"
  | "account.two_factor_on"
  | "account.two_factor_off"
  | "account.two_factor_removed"
  | "account.passkey_added"
  | "account.passkey_removed"
  | "account.provider_added"
  | "account.provider_removed"
  | "session.ended_by_owner"
  | "invitation.created"
  | "invitation.revoked";

export type AuditEntry = {
  id: number;
  /** Milliseconds. */
  at: number;
  /** Who did it; `operator` for the command line. */
  actorId: string;
  action: AuditAction;
  /** To whom or what. */
  subjectId: string;
  /** One more fact, such as the new role; never a secret. */
  fact: string | null;
};

/**
 * The same with the names and addresses of today, which tell namesakes apart; null for who is not a
 * person, or not there any more.
 */
export type NamedAuditEntry = AuditEntry & {
  actorName: string | null;
  actorEmail: string | null;
  subjectName: string | null;
  subjectEmail: string | null;
};

export type AuditLog = ReturnType<typeof createAuditLog>;

const KEPT_MAX = 100_000;
const PAGE_ENTRIES_MAX = 100;

/** Entries are appended and never changed; the oldest go when there are too many. */
export function createAuditLog(database: Database.Database, now: () => number) {
  database.exec(`CREATE TABLE IF NOT EXISTS auditLog (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actorId TEXT NOT NULL,
    action TEXT NOT NULL, subjectId TEXT NOT NULL, fact TEXT) STRICT`);
  return {
    append(actorId: string, action: AuditAction, subjectId: string, fact: string | null = null) {
      const { lastInsertRowid } = database
        .prepare(
          "INSERT INTO auditLog (at, actorId, action, subjectId, fact) VALUES (?, ?, ?, ?, ?)",
        )
        .run(now(), actorId, action, subjectId, fact);
      database
        .prepare("DELETE FROM auditLog WHERE id <= ?")
        .run(Number(lastInsertRowid) - KEPT_MAX);
    },

    /** Newest first. @param before Only entries older than this one; null for the newest. */
    page(before: number | null): NamedAuditEntry[] {
      return database
        .prepare(
          `SELECT l.*, a.name AS actorName, a.email AS actorEmail,
                  s.name AS subjectName, s.email AS subjectEmail FROM auditLog l
           LEFT JOIN user a ON a.id = l.actorId LEFT JOIN user s ON s.id = l.subjectId
           WHERE l.id < ? ORDER BY l.id DESC LIMIT ?`,
        )
        .all(before ?? Number.MAX_SAFE_INTEGER, PAGE_ENTRIES_MAX) as NamedAuditEntry[];
    },
  };
}
