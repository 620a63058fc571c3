import { createHash, randomBytes } from "node:crypto";
import type Database from "better-sqlite3";

export type Invitation = {
  id: string;
  createdBy: string;
  /** Milliseconds, all of them. */
  createdAt: number;
  expiresAt: number;
  usesMax: number;
  uses: number;
  isRevoked: boolean;
};

export type Invitations = ReturnType<typeof createInvitations>;

const TOKEN_BYTES = 24;
const KEPT_MAX = 1_000;
const LISTED_MAX = 200;

/**
 * Invitations by link. Only a hash of the token is stored: whoever reads the database, or a backup of
 * it, can invite nobody.
 */
export function createInvitations(database: Database.Database, now: () => number) {
  database.exec(`CREATE TABLE IF NOT EXISTS invitation (
    id TEXT PRIMARY KEY, tokenHash TEXT NOT NULL UNIQUE, createdBy TEXT NOT NULL,
    createdAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL, usesMax INTEGER NOT NULL,
    uses INTEGER NOT NULL DEFAULT 0, isRevoked INTEGER NOT NULL DEFAULT 0) STRICT`);

  const usable = "uses < usesMax AND isRevoked = 0 AND expiresAt > ?";
  return {
    /** @returns The token, shown this once, and what is known about it from now on. */
    create(options: { createdBy: string; usesMax: number; lifetimeMs: number }) {
      const token = randomBytes(TOKEN_BYTES).toString("base64url");
      const createdAt = now();
      const { createdBy, usesMax } = options;
      const invitation: Invitation = {
        ...{ id: randomBytes(9).toString("base64url"), createdBy, createdAt, usesMax },
        ...{ expiresAt: createdAt + options.lifetimeMs, uses: 0, isRevoked: false },
      };
      database
        .prepare(
          `INSERT INTO invitation (id, tokenHash, createdBy, createdAt, expiresAt, usesMax)
           VALUES (?, ?, ?, ?, ?, ?)`,
        )
        .run(invitation.id, hashOf(token), createdBy, createdAt, invitation.expiresAt, usesMax);
      database
        .prepare(
          `DELETE FROM invitation WHERE id NOT IN
             (SELECT id FROM invitation ORDER BY createdAt DESC, rowid DESC LIMIT ?)`,
        )
        .run(KEPT_MAX);
      return { token, invitation };
    },

    /**
     * Takes one use before the account is made, so that two people cannot share the last one.
     * @returns A function that gives the use back; null when the token invites nobody.
     */
    take(token: string): (() => void) | null {
      const hash = hashOf(token);
      const { changes } = database
        .prepare(`UPDATE invitation SET uses = uses + 1 WHERE tokenHash = ? AND ${usable}`)
        .run(hash, now());
      if (changes !== 1) return null;
      return () =>
        void database
          .prepare("UPDATE invitation SET uses = uses - 1 WHERE tokenHash = ?")
          .run(hash);
    },

    revoke(id: string): boolean {
      return (
        database.prepare("UPDATE invitation SET isRevoked = 1 WHERE id = ?").run(id).changes === 1
      );
    },

    /** Newest first. */
    list(): Invitation[] {
      const rows = database
        .prepare(
          `SELECT id, createdBy, createdAt, expiresAt, usesMax, uses, isRevoked FROM invitation
           ORDER BY createdAt DESC, rowid DESC LIMIT ?`,
        )
        .all(LISTED_MAX) as Array<Omit<Invitation, "isRevoked"> & { isRevoked: number }>;
      return rows.map((row) => ({ ...row, isRevoked: row.isRevoked === 1 }));
    },
  };
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
